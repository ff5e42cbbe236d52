package dev.meshclient.internal.metrics;

import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.authz.AuthorizationEvent.Kind;
import io.micrometer.core.instrument.Tags;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Counts the decisions of authorization policies. */
final class Authorizations {
    /** The directions of requests. */
    static final List<String> DIRECTIONS = List.of("inbound", "outbound");

    private static final String ALLOWED = "allowed";

    static final List<String> DECISIONS = Stream.concat(
                    Stream.of(ALLOWED), Arrays.stream(Kind.values()).map(Authorizations::tag))
            .toList();

    /** No policy decided. */
    private static final String NONE = "none";

    /** More than one policy allows some requests, and none of them allows this one. */
    private static final String SEVERAL = "several";

    private final LazyCounters<Key> counters;

    private record Key(boolean inbound, String service, String decision, String policy) {
        Tags tags() {
            return Tags.of(
                    "direction",
                    DIRECTIONS.get(inbound ? 0 : 1),
                    "service",
                    service,
                    "decision",
                    decision,
                    "policy",
                    policy);
        }

        /** Whether the policy in force can decide so; of this process there is one service, whether listed or not. */
        boolean isOf(Map<String, Meters.ListedService> services) {
            Meters.ListedService ofService = services.get(service);
            return (policy.equals(NONE) || policy.equals(SEVERAL))
                    ? inbound || ofService != null
                    : ofService != null && ofService.authorization().contains(policy);
        }
    }

    Authorizations(SafeRegistry registry) {
        this.counters = new LazyCounters<>(registry, Metric.AUTHORIZATION, Key::tags);
    }

    private static String tag(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** An inbound request is allowed. */
    void allowed(String service, String policy) {
        count(true, service, ALLOWED, policy);
    }

    void decided(AuthorizationEvent event) {
        boolean several = event.rule().isEmpty() && event.policy().contains(", ");
        count(event.inbound(), event.service(), tag(event.kind()), several ? SEVERAL : event.policy());
    }

    private void count(boolean inbound, String service, String decision, String policy) {
        counters.increment(new Key(
                inbound, service.isEmpty() ? Meters.UNKNOWN : service, decision, policy.isEmpty() ? NONE : policy));
    }

    void inForce(Map<String, Meters.ListedService> services) {
        counters.keep(key -> key.isOf(services));
    }

    void close() {
        counters.close();
    }
}
