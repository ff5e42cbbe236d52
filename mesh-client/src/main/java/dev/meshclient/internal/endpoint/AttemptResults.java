package dev.meshclient.internal.endpoint;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * What the attempts at an endpoint came to: failures in a row, and results since the last comparison. Takes no lock: the counters tolerate
 * races. A part of {@link EndpointHealth}, and of its object.
 */
abstract sealed class AttemptResults permits EndpointHealth {
    private static final AtomicIntegerFieldUpdater<AttemptResults> SERVER_ERRORS = counter("serverErrors");
    private static final AtomicIntegerFieldUpdater<AttemptResults> GATEWAY_ERRORS = counter("gatewayErrors");
    private static final AtomicIntegerFieldUpdater<AttemptResults> LOCAL_FAILURES = counter("localFailures");
    private static final AtomicIntegerFieldUpdater<AttemptResults> SUCCEEDED = counter("succeeded");
    private static final AtomicIntegerFieldUpdater<AttemptResults> FAILED = counter("failed");
    private static final AtomicIntegerFieldUpdater<AttemptResults> UNANSWERED = counter("unanswered");
    private static final AtomicIntegerFieldUpdater<AttemptResults> REFUSED_AT = counter("refusedAt");

    private static final long NANOS_PER_MICRO = 1_000;

    private volatile int serverErrors;
    private volatile int gatewayErrors;
    private volatile int localFailures;
    private volatile int succeeded;
    private volatile int failed;
    private volatile int unanswered;
    private volatile int refusedAt; // microseconds modulo 2^32; 0 = never
    private volatile boolean ejectionAborted;

    private static AtomicIntegerFieldUpdater<AttemptResults> counter(String field) {
        return AtomicIntegerFieldUpdater.newUpdater(AttemptResults.class, field);
    }

    // ---- in a row

    /** Counts a response that is no server error. */
    public void good() {
        endRows();
        SUCCEEDED.incrementAndGet(this);
    }

    /** Ends all rows of failures. */
    public void endRows() {
        reset(SERVER_ERRORS, serverErrors);
        reset(GATEWAY_ERRORS, gatewayErrors);
        reset(LOCAL_FAILURES, localFailures);
        if (ejectionAborted) {
            ejectionAborted = false;
        }
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

    /**
     * Marks that it failed often enough to be ejected while too many endpoints are: until its next good response it gets few
     * calls.
     */
    public void abortEjection() {
        ejectionAborted = true;
    }

    /** Whether it is not ejected only because too many endpoints are. */
    public boolean isEjectionAborted() {
        return ejectionAborted;
    }

    /** It is ejected: what came before has had its effect. */
    final void forgetRows() {
        serverErrors = 0;
        gatewayErrors = 0;
        localFailures = 0;
        ejectionAborted = false;
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
}
