package dev.meshclient.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The result of a simulation: what became of the calls, and what the meshes did for them. Immutable. */
public final class Account {
    private static final long TENTH = 100_000;

    private final String title;
    private final Tally total;
    private final List<String> ofCallers;
    private final Map<String, Long> failures;
    private final List<String> violations = new ArrayList<>();

    Account(String title, Tally total, List<String> ofCallers, Map<Bound, Double> limits) {
        this.title = title;
        this.total = total;
        this.ofCallers = List.copyOf(ofCallers);
        this.failures = Collections.unmodifiableMap(new TreeMap<>(total.failures));
        limits.forEach((bound, limit) -> {
            double is = bound.of(this);
            if (is > limit) {
                violations.add(
                        "atMost." + bound + ": " + bound.shown(is) + " (legal: at most " + bound.shown(limit) + ")");
            }
        });
    }

    /** The calls that the callers made. */
    public long calls() {
        return total.calls;
    }

    /** Calls with a response of 200 to 299. */
    public long ok() {
        return total.calls - lost();
    }

    /** The other calls. */
    public long lost() {
        return failures.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * The lost calls by their reason: the status of a response, otherwise the letters of Envoy's response flags, as
     * {@link dev.meshclient.Decision#reason}.
     */
    public Map<String, Long> lostByReason() {
        return failures;
    }

    /** The requests that were sent to endpoints. */
    public long attempts() {
        return total.attempts;
    }

    /** Attempts that repeat one that has ended. */
    public long retries() {
        return total.retries;
    }

    /** The retries for 100 calls; 0 without calls. */
    public double retriesPercent() {
        return total.calls == 0 ? 0 : total.retries * 100.0 / total.calls;
    }

    /** Attempts that began while another of the same call ran. */
    public long hedges() {
        return total.hedges;
    }

    /** Ejections of endpoints; each process of a caller ejects for itself, and all are counted. */
    public long ejections() {
        return total.ejections;
    }

    /** Attempts to an endpoint in another zone than the caller's; endpoints and callers without a zone do not count. */
    public long crossings() {
        return total.crossings;
    }

    /** The time that half of the calls took at most, lost calls included; 0 without calls. */
    public Duration p50() {
        return Duration.ofNanos(total.perMille(500));
    }

    /** The time that 99 of 100 calls took at most. */
    public Duration p99() {
        return Duration.ofNanos(total.perMille(990));
    }

    /** The time of the longest call. */
    public Duration max() {
        return Duration.ofNanos(total.perMille(1000));
    }

    /** The bounds of the scenario that do not hold, each in a sentence; empty: all hold. */
    public List<String> violations() {
        return Collections.unmodifiableList(violations);
    }

    /**
     * Throws if a bound of the scenario does not hold.
     *
     * @throws AssertionError with the whole account
     */
    public void check() {
        if (!violations.isEmpty()) {
            throw new AssertionError(toString());
        }
    }

    /** In tenths of a millisecond, cut off: no rounding that a JDK might do otherwise. */
    static String millis(long nanos) {
        return nanos / (10 * TENTH) + "." + nanos / TENTH % 10 + " ms";
    }

    /** The account as text, the same for the same seed on every JDK. */
    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        lines.add(title);
        lines.add(String.format(
                Locale.ROOT,
                "  calls %d, ok %d, lost %d%s",
                calls(),
                ok(),
                lost(),
                failures.isEmpty() ? "" : " " + failures));
        lines.add(String.format(
                Locale.ROOT,
                "  attempts %d, retries %d (%.1f %% of the calls), hedges %d, ejections %d, zone crossings %d",
                attempts(),
                retries(),
                retriesPercent(),
                hedges(),
                ejections(),
                crossings()));
        lines.add("  p50 " + millis(p50().toNanos()) + ", p99 " + millis(p99().toNanos()) + ", max "
                + millis(max().toNanos()));
        ofCallers.forEach(line -> lines.add("  " + line));
        violations.forEach(line -> lines.add("  BROKEN " + line));
        return String.join("\n", lines) + "\n";
    }
}
