package dev.meshclient.internal.endpoint;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * What the attempts at an endpoint came to: failures in a row, results since the last comparison, its latency and its load. Takes no lock: the
 * counters tolerate races. An object of its own, as a client calls few of many endpoints.
 */
public final class AttemptResults {
    private static final AtomicIntegerFieldUpdater<AttemptResults> SERVER_ERRORS = counter("serverErrors");
    private static final AtomicIntegerFieldUpdater<AttemptResults> GATEWAY_ERRORS = counter("gatewayErrors");
    private static final AtomicIntegerFieldUpdater<AttemptResults> LOCAL_FAILURES = counter("localFailures");
    private static final AtomicIntegerFieldUpdater<AttemptResults> SUCCEEDED = counter("succeeded");
    private static final AtomicIntegerFieldUpdater<AttemptResults> FAILED = counter("failed");
    private static final AtomicIntegerFieldUpdater<AttemptResults> UNANSWERED = counter("unanswered");
    private static final AtomicIntegerFieldUpdater<AttemptResults> REFUSED_AT = counter("refusedAt");
    private static final AtomicReferenceFieldUpdater<AttemptResults, ReportedWeight> REPORTED =
            AtomicReferenceFieldUpdater.newUpdater(AttemptResults.class, ReportedWeight.class, "reportedWeight");
    private static final AtomicLongFieldUpdater<AttemptResults> LATENCY =
            AtomicLongFieldUpdater.newUpdater(AttemptResults.class, "latencyEstimate");

    private static final long NANOS_PER_MICRO = 1_000;

    private volatile int serverErrors;
    private volatile int gatewayErrors;
    private volatile int localFailures;
    private volatile int succeeded;
    private volatile int failed;
    private volatile int unanswered;
    private volatile int refusedAt; // microseconds modulo 2^32; 0 = never
    private volatile long busyUntil; // 0 = never
    private volatile long latencyEstimate;
    private volatile @Nullable ReportedWeight reportedWeight;
    private volatile @Nullable AttemptWindow recent;

    AttemptResults() {}

    private static AtomicIntegerFieldUpdater<AttemptResults> counter(String field) {
        return AtomicIntegerFieldUpdater.newUpdater(AttemptResults.class, field);
    }

    // ---- in a row

    void good() {
        endRows();
        SUCCEEDED.incrementAndGet(this);
    }

    void endRows() {
        reset(SERVER_ERRORS, serverErrors);
        reset(GATEWAY_ERRORS, gatewayErrors);
        reset(LOCAL_FAILURES, localFailures);
    }

    /** Counts a server error. @return server errors in a row */
    public int serverError() {
        reset(LOCAL_FAILURES, localFailures);
        FAILED.incrementAndGet(this);
        return SERVER_ERRORS.incrementAndGet(this);
    }

    /** Counts a gateway error. @return gateway errors in a row */
    public int gatewayError() {
        return GATEWAY_ERRORS.incrementAndGet(this);
    }

    /** Counts a server error that is no gateway error. */
    public void noGatewayError() {
        reset(GATEWAY_ERRORS, gatewayErrors);
    }

    /** Counts a failure without a response. @return such failures in a row */
    public int localFailure() {
        UNANSWERED.incrementAndGet(this);
        return LOCAL_FAILURES.incrementAndGet(this);
    }

    /**
     * Takes note that it refused an attempt, unless it did so less than {@code withinNanos} ago.
     *
     * @return whether it took note
     */
    public boolean refused(long now, long withinNanos) {
        int last = refusedAt;
        int micros = (int) (now / NANOS_PER_MICRO) | 1; // not 0
        // Negative: another thread took a later time first.
        long since = Math.abs((long) (micros - last)) * NANOS_PER_MICRO;
        return (last == 0 || since >= withinNanos) && REFUSED_AT.compareAndSet(this, last, micros);
    }

    /** Writes only if the counter is not 0 already: most attempts are good. */
    private void reset(AtomicIntegerFieldUpdater<AttemptResults> field, int now) {
        if (now != 0) {
            field.set(this, 0);
        }
    }

    // ---- since the last comparison

    /** Good responses since {@link #startInterval}. */
    public int succeeded() {
        return succeeded;
    }

    /** Server errors since {@link #startInterval}. */
    public int failed() {
        return failed;
    }

    /** Failures without a response since {@link #startInterval}. */
    public int unanswered() {
        return unanswered;
    }

    /** Begins a new interval with counters at 0. */
    public void startInterval() {
        if (succeeded != 0) {
            succeeded = 0;
        }
        if (failed != 0) {
            failed = 0;
        }
        if (unanswered != 0) {
            unanswered = 0;
        }
    }

    // ---- of the last minute

    /** Null: they are not counted, or there are none. */
    @Nullable
    AttemptWindow recent() {
        return recent;
    }

    /** Only {@link RecentAttempts} sets it. */
    void recent(@Nullable AttemptWindow now) {
        recent = now;
    }

    // ---- latency

    /** The estimate of its latency, as the load balancer packs it; 0: none. */
    public long latencyEstimate() {
        return latencyEstimate;
    }

    /** Replaces the estimate of its latency. @return false if another thread did so first */
    public boolean latencyEstimate(long before, long after) {
        return LATENCY.compareAndSet(this, before, after);
    }

    // ---- load

    @Nullable
    ReportedWeight reportedWeight() {
        return reportedWeight;
    }

    boolean reportedWeight(@Nullable ReportedWeight before, ReportedWeight after) {
        return REPORTED.compareAndSet(this, before, after);
    }

    void busy(long until) {
        busyUntil = until;
    }

    long busyUntil() {
        return busyUntil;
    }
}
