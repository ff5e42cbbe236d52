package dev.meshclient.internal.metrics;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.text.KnownMethods;
import dev.meshclient.telemetry.CallInfo;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * The attempts under the name and with the tags of OpenTelemetry's HTTP conventions. Servers choose statuses and callers choose
 * hosts of a pattern, so the number of series of a service is limited.
 */
final class ConventionSeries {
    /** The greatest number of series of a service; one more holds the attempts of all others. */
    static final int MOST = 500;

    private static final String OTHER = "_OTHER";
    private static final int FIRST_ERROR = 400; // for a client, 4xx is an error too

    private final SafeRegistry registry;
    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();
    private final Map<String, Integer> sizes = new ConcurrentHashMap<>(); // by service; written under the lock
    private @Nullable Set<String> services; // in force; null: not known yet

    /** @param status 0: there is no response; {@code errorType} empty: no error */
    private record Key(String service, String method, String host, int port, int status, String errorType) {
        Key others() {
            return new Key(service, OTHER, OTHER, 0, 0, "");
        }

        /** What does not apply is left out, as the conventions demand. */
        Tags tags() {
            List<Tag> tags = new ArrayList<>();
            tags.add(Tag.of("http.request.method", method));
            tags.add(Tag.of("server.address", host));
            tags.add(Tag.of("server.port", Integer.toString(port)));
            if (status > 0) {
                tags.add(Tag.of("http.response.status_code", Integer.toString(status)));
            }
            if (!errorType.isEmpty()) {
                tags.add(Tag.of("error.type", errorType));
            }
            return Tags.of(tags);
        }
    }

    ConventionSeries(SafeRegistry registry) {
        this.registry = registry;
    }

    void ended(Attempt attempt) {
        HttpUrl url = attempt.call().request().url();
        Key key = new Key(
                attempt.call().service(),
                KnownMethods.TAGS.get(
                        KnownMethods.number(attempt.call().request().method())),
                url.host(),
                url.port(),
                attempt.status(),
                errorType(attempt));
        Timer timer = timers.get(key);
        if (timer == null) {
            timer = sizes.getOrDefault(key.service, 0) < MOST ? register(key) : timers.get(key.others());
        }
        if (timer != null) {
            registry.record(timer, attempt.elapsedNanos());
        }
    }

    /** As on the span of the attempt. */
    private static String errorType(Attempt attempt) {
        IOException failure = attempt.failure();
        return failure != null && !attempt.reason().equals(CallInfo.CANCELLED)
                ? failure.getClass().getName()
                : attempt.status() >= FIRST_ERROR ? Integer.toString(attempt.status()) : "";
    }

    /** Null: its service is gone. */
    private synchronized @Nullable Timer register(Key key) {
        if (services != null && !services.contains(key.service)) {
            return null;
        }
        Timer timer = timers.get(key);
        if (timer == null) {
            timer = registry.timer(Metric.HTTP_CLIENT, key.tags());
            timers.put(key, timer);
            if (sizes.merge(key.service, 1, Integer::sum) == MOST) { // so that no further call waits for the lock
                timers.put(
                        key.others(),
                        registry.timer(Metric.HTTP_CLIENT, key.others().tags()));
            }
        }
        return timer;
    }

    /** Removes the series of all other services. */
    synchronized void keep(Set<String> inForce) {
        services = inForce;
        sizes.keySet().retainAll(inForce);
        Set<Timer> gone = Collections.newSetFromMap(new IdentityHashMap<>());
        timers.forEach((key, timer) -> {
            if (!inForce.contains(key.service)) {
                timers.remove(key);
                gone.add(timer);
            }
        });
        timers.values().forEach(gone::remove); // another service has the host now
        gone.forEach(registry::remove);
    }

    void close() {
        keep(Set.of());
    }
}
