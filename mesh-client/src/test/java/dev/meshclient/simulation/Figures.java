package dev.meshclient.simulation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What became of one row: the line to check in, the cells of the report and the lines of its charts. */
final class Figures {
    /** The columns of {@link #cells}. */
    static final List<String> COLUMNS =
            List.of("", "served", "lost", "avoidable", "attempts a call", "p50 ms", "p99 ms", "max ms", "ejected");

    final Row row;
    final Samples samples;
    private final Tally tally = new Tally();
    private final Map<String, Integer> avoidable;
    private final long attempts;
    private final long marked;
    private final long crossings;
    private final long ejected;
    private final long returned;
    private final int most;

    /** @param avoidable lost calls that a healthy endpoint could have served, by the bound that is the reason */
    Figures(MatrixRun run, Map<String, Integer> avoidable) {
        this.row = run.row;
        this.samples = run.samples;
        this.avoidable = new TreeMap<>(avoidable);
        run.callers.forEach(w -> tally.add(w.tally));
        this.attempts = run.attempts();
        this.marked = run.marked();
        this.crossings = run.crossings();
        this.ejected = run.callers.stream().mapToLong(w -> w.events.ejected).sum();
        this.returned = run.callers.stream().mapToLong(w -> w.events.returned).sum();
        this.most = run.mostBusy();
    }

    /** One line, as it is checked in. */
    String line() {
        return tally.line(row.toString(), attempts, attempts - tally.calls())
                + String.format(
                        Locale.ROOT,
                        ", ejected %d, returned %d, avoidable %s, at the marked %d, crossings %d, at most %d at an endpoint",
                        ejected,
                        returned,
                        avoidable,
                        marked,
                        crossings,
                        most);
    }

    /** Of a table row of the report. */
    List<String> cells() {
        return Arrays.asList(
                "`" + row.algorithm() + "`" + (row.isBuiltIn() ? "" : ", " + row.variant()),
                percent(tally.ok(), tally.calls()),
                words(tally.failures()),
                words(avoidable),
                hundredths(attempts, tally.calls()),
                tally.millis(500),
                tally.millis(990),
                tally.millis(1000),
                String.valueOf(ejected));
    }

    /** For the overview: the lost calls of a thousand, and the time of 99 of 100. */
    String cell() {
        int lost = tally.calls() - tally.ok();
        return (lost == 0 ? "" : "**" + hundredths(100L * lost, tally.calls()) + " %** ") + tally.millis(990);
    }

    private static String words(Map<String, Integer> counts) {
        return counts.isEmpty()
                ? "0"
                : counts.entrySet().stream()
                        .map(e -> e.getValue() + " × " + e.getKey())
                        .collect(Collectors.joining(", "));
    }

    /** Cut off, so that 100 % are all. */
    private static String percent(long part, long all) {
        return hundredths(100 * part, all) + " %";
    }

    private static String hundredths(long a, long b) {
        long hundredths = b == 0 ? 0 : 100 * a / b;
        return hundredths / 100 + "." + hundredths / 10 % 10 + hundredths % 10;
    }
}
