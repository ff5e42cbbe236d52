package dev.meshclient.internal.healthcheck;

import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.HealthCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a policy, with the built-in value for each that is not stated.
 *
 * @param expected the first and last status of each range that passes
 */
record CheckSettings(
        String path,
        long intervalNanos,
        long timeoutNanos,
        int unhealthyThreshold,
        int healthyThreshold,
        List<Range> expected,
        long noTrafficNanos) {
    private static final List<Range> SUCCESS = List.of(new Range(200, 299));

    /** Statuses, both included. */
    record Range(int first, int last) {
        /** Of {@code 204} or {@code 200-299}. */
        static Range of(String text) {
            int to = text.indexOf('-');
            int first = Integer.parseInt(to < 0 ? text : text.substring(0, to));
            return new Range(first, to < 0 ? first : Integer.parseInt(text.substring(to + 1)));
        }
    }

    static CheckSettings of(HealthCheck stated) {
        List<Range> expected = new ArrayList<>();
        List<String> statuses = stated.expectedStatuses();
        for (String text : statuses == null ? List.<String>of() : statuses) {
            expected.add(Range.of(text));
        }
        long interval = Time.nanos(stated.intervalOrDefault());
        return new CheckSettings(
                stated.path(),
                interval,
                nanos(stated.timeout(), Duration.ofSeconds(1)),
                stated.unhealthyThreshold() == null ? 3 : stated.unhealthyThreshold(),
                stated.healthyThreshold() == null ? 2 : stated.healthyThreshold(),
                expected.isEmpty() ? SUCCESS : List.copyOf(expected),
                Math.max(interval, nanos(stated.noTrafficInterval(), Duration.ofSeconds(60))));
    }

    private static long nanos(@Nullable Duration stated, Duration builtIn) {
        return Time.nanos(stated == null ? builtIn : stated);
    }

    boolean isOn() {
        return intervalNanos > 0;
    }

    boolean passes(int status) {
        for (Range range : expected) {
            if (status >= range.first && status <= range.last) {
                return true;
            }
        }
        return false;
    }

    /** The first check of an endpoint: at any time within an interval, so that a thousand do not begin together. */
    long firstAt(long now, RandomGenerator random) {
        return now + (long) (random.nextDouble() * intervalNanos);
    }

    /** @param idle whether the backend is not called */
    long nextAt(long now, boolean idle, RandomGenerator random) {
        return now + (long) ((idle ? noTrafficNanos : intervalNanos) * (0.9 + random.nextDouble() / 5));
    }

    @Override
    public String toString() {
        return path + ", each " + intervalNanos / 1_000_000 + " ms, " + unhealthyThreshold + " failed or "
                + healthyThreshold + " passed in a row, " + timeoutNanos / 1_000_000 + " ms each, idle "
                + noTrafficNanos / 1_000_000 + " ms";
    }
}
