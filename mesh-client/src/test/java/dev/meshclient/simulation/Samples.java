package dev.meshclient.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/** What a run did in each span of time. */
final class Samples {
    private final long span;
    private final List<Span> spans = new ArrayList<>();

    /** The calls that ended in it, and the attempts that began in it. */
    private static final class Span {
        private final List<Long> nanos = new ArrayList<>();
        private int lost;
        private final Map<Counter, Long> counted = new EnumMap<>(Counter.class);
    }

    /** What is counted from the beginning; a span has the difference. */
    enum Counter {
        ATTEMPTS,
        MARKED,
        CROSSINGS,
        DEEP
    }

    Samples(long span, int count) {
        this.span = span;
        for (int i = 0; i < count; i++) {
            spans.add(new Span());
        }
    }

    int count() {
        return spans.size();
    }

    long span() {
        return span;
    }

    void ended(long now, long took, boolean ok) {
        Span at = spans.get((int) Math.min(spans.size() - 1, now / span));
        at.nanos.add(took);
        at.lost += ok ? 0 : 1;
    }

    /** At the end of a span: how far the counter is. */
    void count(int number, Counter counter, LongSupplier value) {
        spans.get(number).counted.put(counter, value.getAsLong());
    }

    /** The values of a chart; NaN: there was nothing. */
    List<Double> values(Measure measure) {
        return IntStream.range(0, spans.size())
                .mapToObj(number -> value(number, measure))
                .toList();
    }

    private double value(int number, Measure measure) {
        Span at = spans.get(number);
        long attempts = counted(number, Counter.ATTEMPTS);
        return switch (measure) {
            case MARKED -> ratio(100 * counted(number, Counter.MARKED), attempts);
            case LOST -> ratio(100L * at.lost, at.nanos.size());
            case SERVED -> (at.nanos.size() - at.lost) * 1e9 / span;
            case ATTEMPTS -> ratio(attempts, at.nanos.size());
            case DEEP -> ratio(counted(number, Counter.DEEP), at.nanos.size());
            case P95 -> percentile(at.nanos, 95) / 1e6;
            case SAME_ZONE -> ratio(100 * (attempts - counted(number, Counter.CROSSINGS)), attempts);
        };
    }

    private long counted(int number, Counter counter) {
        return upTo(number, counter) - upTo(number - 1, counter);
    }

    private long upTo(int number, Counter counter) {
        return number < 0 ? 0 : spans.get(number).counted.getOrDefault(counter, 0L);
    }

    /** Of the attempts that began in these spans, so many percent are of the counter. */
    double percent(Counter counter, long from, long until) {
        long part = 0;
        long all = 0;
        for (int i = (int) (from / span); i < Math.min(spans.size(), until / span); i++) {
            part += counted(i, counter);
            all += counted(i, Counter.ATTEMPTS);
        }
        return ratio(100 * part, all);
    }

    private static double ratio(long a, long b) {
        return b == 0 ? Double.NaN : (double) a / b;
    }

    private static double percentile(List<Long> nanos, int percent) {
        if (nanos.isEmpty()) {
            return Double.NaN;
        }
        long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }
}
