package dev.meshclient.simulation;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What became of calls, and how long they took. */
final class Tally {
    static final String OK = "ok";

    private long[] nanos = new long[1024];
    private int calls;
    private int ok;
    private int inFlight;
    private int mostInFlight;
    private final Map<String, Integer> failures = new TreeMap<>();

    void begin() {
        mostInFlight = Math.max(mostInFlight, ++inFlight);
    }

    void end(String outcome, long took) {
        inFlight--;
        if (outcome.equals(OK)) {
            ok++;
        } else {
            failures.merge(outcome, 1, Integer::sum);
        }
        add(took);
    }

    /** Adds the calls of another caller; the most in flight are the sum. */
    void add(Tally other) {
        for (int i = 0; i < other.calls; i++) {
            add(other.nanos[i]);
        }
        ok += other.ok;
        mostInFlight += other.mostInFlight;
        other.failures.forEach((why, count) -> failures.merge(why, count, Integer::sum));
    }

    private void add(long took) {
        if (calls == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * calls);
        }
        nanos[calls++] = took;
    }

    int inFlight() {
        return inFlight;
    }

    int calls() {
        return calls;
    }

    int ok() {
        return ok;
    }

    Map<String, Integer> failures() {
        return failures;
    }

    /** The time that so many of a thousand calls took at most, in tenths of a millisecond, cut off. */
    String millis(long perMille) {
        return millis(sorted(), perMille);
    }

    private long[] sorted() {
        long[] sorted = Arrays.copyOf(nanos, calls);
        Arrays.sort(sorted);
        return sorted;
    }

    /** In tenths of a millisecond, cut off: no rounding that a JDK might do otherwise. */
    String line(String name, long attempts, long retries) {
        long[] sorted = sorted();
        return String.format(
                Locale.ROOT,
                "%-34s calls %d, ok %d, failed %s, attempts %d, retries %d, p50 %s, p99 %s, max %s ms, at most %d in flight",
                name,
                calls,
                ok,
                failures,
                attempts,
                retries,
                millis(sorted, 500),
                millis(sorted, 990),
                millis(sorted, 1000),
                mostInFlight);
    }

    private static String millis(long[] sorted, long perMille) {
        long value = sorted[(int) Math.min(sorted.length - 1, perMille * sorted.length / 1000)];
        return value / 1_000_000 + "." + value / 100_000 % 10;
    }
}
