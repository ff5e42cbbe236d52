package dev.meshclient.internal.metrics;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.text.KnownMethods;
import dev.meshclient.telemetry.CallInfo;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import okhttp3.HttpUrl;

/**
 * The attempts under the name and with the tags of OpenTelemetry's HTTP conventions. Servers choose statuses and callers choose
 * hosts of a pattern, so the number of series of a service is limited.
 */
final class ConventionSeries {
    private static final String OTHER = "_OTHER";
    private static final int FIRST_ERROR = 400; // for a client, 4xx is an error too

    private final SafeRegistry registry;
    private final BoundedSeries<Key, Timer> timers;

    /** @param status 0: there is no response; {@code errorType} empty: no error */
    private record Key(String service, String method, String host, int port, int status, String errorType)
            implements BoundedSeries.Key<Key> {
        @Override
        public Key others() {
            return new Key(service, OTHER, OTHER, 0, 0, "");
        }

        /** Attributes that do not apply are left out, as the conventions demand. */
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
        this.timers = new BoundedSeries<>(registry, key -> registry.timer(Metric.HTTP_CLIENT, key.tags()), List::of);
    }

    void ended(Attempt attempt) {
        HttpUrl url = attempt.call().request().url();
        Timer timer = timers.of(new Key(
                attempt.call().service(),
                KnownMethods.TAGS.get(
                        KnownMethods.number(attempt.call().request().method())),
                url.host(),
                url.port(),
                attempt.status(),
                errorType(attempt)));
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

    /** Removes the series of all other services. */
    void keep(Set<String> inForce) {
        timers.keep(inForce, key -> true);
    }

    void close() {
        timers.close();
    }
}
