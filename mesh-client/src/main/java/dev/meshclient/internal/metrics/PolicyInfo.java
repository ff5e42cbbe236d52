package dev.meshclient.internal.metrics;

import dev.meshclient.MeshStatus;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The facts of the policy in force, as the tags of one series. */
final class PolicyInfo {
    private final SafeRegistry registry;
    private @Nullable Tags shown;
    private @Nullable Meter gauge;
    private boolean closed;

    PolicyInfo(SafeRegistry registry) {
        this.registry = registry;
    }

    static String tag(MeshStatus.From freshness) {
        return freshness.name().toLowerCase(Locale.ROOT);
    }

    synchronized void show(String source, String revision, MeshStatus.From freshness) {
        Tags facts = Tags.of("revision", revision, "source", source, "freshness", tag(freshness));
        if (closed || facts.equals(shown)) {
            return;
        }
        remove(); // first: a join with two series fails
        shown = facts;
        gauge = registry.gauge(Metric.POLICY_INFO, facts, () -> 1);
    }

    private void remove() {
        if (gauge != null) {
            registry.remove(gauge);
        }
    }

    synchronized void close() {
        closed = true;
        remove();
    }
}
