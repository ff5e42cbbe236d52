package dev.meshclient.internal.metrics;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Result;
import dev.meshclient.internal.endpoint.Distance;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;

/** The series of the attempts at one backend. */
final class AttemptSeries {
    private static final Outcome[] OUTCOMES = Outcome.values();
    private static final StatusClass[] STATUSES = StatusClass.values();
    private static final Distance[] DISTANCES = Distance.values();
    private static final Kind[] KINDS = Kind.values();

    /** The greatest number of series; real services make some ten. */
    static final int MOST = DISTANCES.length * KINDS.length * OUTCOMES.length * StatusClass.COUNT;

    private final String service;
    private final String backend;
    private final LiveMeters live;
    private final LazyTimers timers;

    /** Why the attempt is made. */
    enum Kind {
        FIRST,
        RETRY,
        /** It ran beside the attempt before. */
        HEDGE,
        /** The request also finds out whether an ejected endpoint answers again. */
        PROBE;

        String tag() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Kind of(Attempt attempt) {
            return attempt.pick().isProbe() ? PROBE : attempt.number() == 1 ? FIRST : attempt.isHedge() ? HEDGE : RETRY;
        }
    }

    AttemptSeries(SafeRegistry registry, LiveMeters live, String service, String backend) {
        this.live = live;
        this.service = service;
        this.backend = backend;
        this.timers = new LazyTimers(
                registry,
                Metric.ATTEMPTS,
                DISTANCES.length * KINDS.length,
                OUTCOMES.length * StatusClass.COUNT,
                this::tags);
    }

    /** For a timer with its first value. */
    private Tags tags(int row, int column) {
        live.called(service, backend);
        return Tags.of(
                "service", service,
                "backend", backend,
                "zone", tag(DISTANCES[row / KINDS.length]),
                "kind", KINDS[row % KINDS.length].tag(),
                "outcome", OUTCOMES[column / StatusClass.COUNT].word(),
                "status", STATUSES[column % StatusClass.COUNT].tag());
    }

    static String tag(Distance distance) {
        return switch (distance) {
            case SAME_ZONE -> "same";
            case CROSS_ZONE -> "cross";
            case CROSS_REGION -> "cross-region";
            case UNKNOWN -> "unknown";
        };
    }

    @SuppressWarnings("EnumOrdinal") // the place in a table of this process
    void ended(Attempt attempt, Distance distance) {
        Result result = attempt.result();
        if (result == null) { // the attempt failed in another way than attempts do
            return;
        }
        timers.record(
                distance.ordinal() * KINDS.length + Kind.of(attempt).ordinal(),
                result.outcome().ordinal() * StatusClass.COUNT
                        + StatusClass.of(result.status()).ordinal(),
                attempt.elapsedNanos());
    }

    void close() {
        timers.close();
    }
}
