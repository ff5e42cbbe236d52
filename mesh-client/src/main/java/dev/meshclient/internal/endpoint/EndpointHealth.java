package dev.meshclient.internal.endpoint;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The live statistics of an endpoint in this process: attempts in flight, their outcomes, ejection, connections. One object for
 * each service, cluster and address; it outlives policies. Takes no lock: counters tolerate races, ejections and returns do
 * not.
 */
public final class EndpointHealth {
    private static final AtomicIntegerFieldUpdater<EndpointHealth> IN_FLIGHT = counter("inFlight");
    private static final AtomicIntegerFieldUpdater<EndpointHealth> SERVER_ERRORS = counter("serverErrors");
    private static final AtomicIntegerFieldUpdater<EndpointHealth> GATEWAY_ERRORS = counter("gatewayErrors");
    private static final AtomicIntegerFieldUpdater<EndpointHealth> LOCAL_FAILURES = counter("localFailures");
    private static final AtomicIntegerFieldUpdater<EndpointHealth> SUCCEEDED = counter("succeeded");
    private static final AtomicIntegerFieldUpdater<EndpointHealth> FAILED = counter("failed");
    private static final AtomicIntegerFieldUpdater<EndpointHealth> UNANSWERED = counter("unanswered");
    private static final AtomicReferenceFieldUpdater<EndpointHealth, Ejection> EJECTION =
            AtomicReferenceFieldUpdater.newUpdater(EndpointHealth.class, Ejection.class, "ejection");

    private static final AtomicIntegerFieldUpdater<EndpointHealth> REFUSED_AT = counter("refusedAt");
    private static final AtomicLongFieldUpdater<EndpointHealth> LATENCY =
            AtomicLongFieldUpdater.newUpdater(EndpointHealth.class, "latencyEstimate");

    private static final long NANOS_PER_MICRO = 1_000;

    private final String address;
    private final char port;
    private volatile boolean ejectionAborted;
    private volatile boolean multiplexed;
    private @Nullable String name; // created on first use
    private int place;
    private volatile int inFlight;
    private volatile int serverErrors;
    private volatile int gatewayErrors;
    private volatile int localFailures;
    private volatile int succeeded;
    private volatile int failed;
    private volatile int unanswered;
    private volatile long busyUntil; // 0 = never
    private volatile int refusedAt; // microseconds modulo 2^32; 0 = never
    private volatile long latencyEstimate;
    private volatile Ejection ejection = Ejection.NEVER;
    private volatile @Nullable ReportedWeight reportedWeight;
    private volatile @Nullable Object transport;
    private volatile @Nullable Checked checked;

    /** It gets health checks. */
    private static final class Checked {
        static final AtomicReferenceFieldUpdater<EndpointHealth, Checked> FIELD =
                AtomicReferenceFieldUpdater.newUpdater(EndpointHealth.class, Checked.class, "checked");

        final Object by;
        volatile String failed = ""; // why

        Checked(Object by) {
            this.by = by;
        }
    }

    /** The last ejection, and when the endpoint began. Replaced as a whole, except for the flag whether a request probes the endpoint. */
    private static final class Ejection {
        static final Ejection NEVER = new Ejection(0, 0, 0, 0, "", 0);
        static final AtomicIntegerFieldUpdater<Ejection> PROBING =
                AtomicIntegerFieldUpdater.newUpdater(Ejection.class, "probing");

        final long until; // 0: it has ended
        final long changedAt;
        final long slowSince; // also after failed health checks, which are no ejection
        final int times;
        final String reason;
        final long beganAt; // 0: with the first endpoints
        volatile int probing;

        Ejection(long until, long changedAt, long slowSince, int times, String reason, long beganAt) {
            this.until = until;
            this.changedAt = changedAt;
            this.slowSince = slowSince;
            this.times = times;
            this.reason = reason;
            this.beganAt = beganAt;
        }

        Ejection changed(long nextUntil, long now, int nextTimes, String why) {
            return new Ejection(nextUntil, now, now, nextTimes, why, beganAt);
        }
    }

    /**
     * @param address an IP address or a name
     * @param port 1 to 65535
     */
    public EndpointHealth(String address, int port) {
        this.address = address;
        this.port = (char) port;
    }

    private static AtomicIntegerFieldUpdater<EndpointHealth> counter(String field) {
        return AtomicIntegerFieldUpdater.newUpdater(EndpointHealth.class, field);
    }

    /** An IP address or a name. */
    public String address() {
        return address;
    }

    public int port() {
        return port;
    }

    /** {@code address:port}, an IPv6 address in brackets. */
    public String name() {
        String known = name;
        if (known == null) {
            known = HostPort.of(address, port);
            name = known;
        }
        return known;
    }

    /** Its position among the endpoints of its service in force; a hint that the caller has to check. */
    int place() {
        return place;
    }

    void place(int now) {
        place = now;
    }

    /** The connections that the engine keeps for this endpoint. */
    public @Nullable Object transport() {
        return transport;
    }

    /** Only the engine sets it. */
    public void transport(@Nullable Object value) {
        transport = value;
    }

    // ---- in flight

    /** Attempts in flight; an attempt ends with its body. */
    public int inFlight() {
        return inFlight;
    }

    /** Counts the begin of an attempt. */
    public void begin() {
        IN_FLIGHT.incrementAndGet(this);
    }

    /** Counts the begin of an attempt if fewer than {@code max} are in flight; otherwise false. */
    public boolean begin(int max) {
        for (; ; ) {
            int now = inFlight;
            if (now >= max) {
                return false;
            }
            if (IN_FLIGHT.compareAndSet(this, now, now + 1)) {
                return true;
            }
        }
    }

    /** Whether its last connection speaks HTTP/2, so that one connection carries many attempts. */
    public boolean isMultiplexed() {
        return multiplexed;
    }

    /** Only the engine sets it. */
    public void multiplexed(boolean now) {
        if (multiplexed != now) {
            multiplexed = now;
        }
    }

    /** Counts the end of an attempt. */
    public void end() {
        IN_FLIGHT.decrementAndGet(this);
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

    /** The weight that follows from the load that it reports; null: it has reported none. */
    public @Nullable ReportedWeight reportedWeight() {
        return reportedWeight;
    }

    /** Replaces the weight that follows from its reports; of two at the same time, either counts. */
    public void reportedWeight(ReportedWeight now) {
        reportedWeight = now;
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
    private void reset(AtomicIntegerFieldUpdater<EndpointHealth> field, int now) {
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

    // ---- busy

    /** Records that it has too much to do until this time. */
    public void busy(long until) {
        busyUntil = until;
    }

    /** When it has no longer too much to do; at most {@code now}: it has not. */
    public long busyUntil() {
        return busyUntil;
    }

    // ---- health checks

    /** Claims the right to check it, which one checker has at a time. @return whether the caller has it */
    public boolean claimChecks(Object by) {
        Checked now = checked;
        return now == null ? Checked.FIELD.compareAndSet(this, null, new Checked(by)) : now.by == by;
    }

    /** It is not checked any more, and does not fail its checks. @return whether it failed them */
    public boolean releaseChecks(Object by) {
        Checked now = checked;
        return now != null && now.by == by && Checked.FIELD.compareAndSet(this, now, null) && !now.failed.isEmpty();
    }

    /** Why it fails its health checks, so that it gets no calls; empty: it passes them, or is not checked. */
    public String failedCheck() {
        Checked now = checked;
        return now == null ? "" : now.failed;
    }

    /** Whether it fails its health checks: it gets no calls, and no probe. */
    public boolean failsChecks() {
        return !failedCheck().isEmpty();
    }

    /** Only its checker calls this. @return whether it passed them before */
    public boolean failChecks(String why) {
        Checked now = checked;
        if (now == null || !now.failed.isEmpty()) {
            return false;
        }
        now.failed = why;
        return true;
    }

    /** It gets calls again, fewer at first. Only its checker calls this. @return whether it failed them before */
    public boolean passChecks(long time) {
        Checked now = checked;
        if (now == null || now.failed.isEmpty()) {
            return false;
        }
        now.failed = "";
        Ejection before = ejection;
        if (before.until == 0) {
            Ejection after = new Ejection(0, before.changedAt, time, before.times, before.reason, before.beganAt);
            EJECTION.compareAndSet(this, before, after);
        }
        return true;
    }

    // ---- ejected and returned

    /** Whether it gets no calls: it is ejected, or fails its health checks. */
    public boolean isOut() {
        return isEjected() || failsChecks();
    }

    /** When a request may probe it; {@link Long#MAX_VALUE}: it is not ejected, or fails its health checks. */
    public long probeAt() {
        long until = ejection.until;
        return until == 0 || failsChecks() ? Long.MAX_VALUE : until;
    }

    /** Whether it is ejected: it gets no calls but a probe. */
    public boolean isEjected() {
        return ejection.until != 0;
    }

    /** When a request may probe it; 0: it is not ejected. */
    public long ejectedUntil() {
        return ejection.until;
    }

    /** The reason of its current or last ejection. */
    public String reason() {
        return ejection.reason;
    }

    /** The number of its ejections, less one for each healthy interval. */
    public int timesEjected() {
        return ejection.times;
    }

    /** When it was last ejected or returned; 0: never. */
    public long changedAt() {
        return ejection.changedAt;
    }

    /** When its last slow start began: it was ejected or returned, or passed its health checks again; 0: never. */
    public long slowSince() {
        return ejection.slowSince;
    }

    /**
     * When the policy, or the name that resolves to it, last added it to endpoints that got calls already, or stated that it is
     * healthy again; 0: never.
     */
    public long beganAt() {
        return ejection.beganAt;
    }

    /** It gets calls from now on, and others got some already; an ejected one does not, until it returns. */
    void begin(long now) {
        Ejection before = ejection;
        if (before.until == 0) {
            long began = now == 0 ? 1 : now;
            Ejection after = new Ejection(0, before.changedAt, before.slowSince, before.times, before.reason, began);
            EJECTION.compareAndSet(this, before, after); // otherwise it was just ejected
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

    /** Ejects it. @return false if it was ejected already */
    public boolean eject(long now, long until, int times, String why) {
        Ejection before = ejection;
        if (before.until != 0
                || !EJECTION.compareAndSet(this, before, before.changed(Math.max(1, until), now, times, why))) {
            return false;
        }
        forgetRows();
        return true;
    }

    private void forgetRows() {
        serverErrors = 0;
        gatewayErrors = 0;
        localFailures = 0;
        ejectionAborted = false;
    }

    /** Claims the right to probe it, which one request gets. @return whether the caller got it */
    public boolean takeProbe(long now) {
        Ejection current = ejection;
        return mayBeProbed(current, now) && !failsChecks() && Ejection.PROBING.compareAndSet(current, 0, 1);
    }

    /** Whether a probe is due and no request is probing. */
    public boolean mayBeProbed(long now) {
        return mayBeProbed(ejection, now) && !failsChecks();
    }

    private static boolean mayBeProbed(Ejection current, long now) {
        return current.until != 0 && current.until <= now && current.probing == 0;
    }

    /** Ends a probe without a result: the next request may probe. */
    public void endProbe() {
        if (ejection.probing != 0) {
            ejection.probing = 0;
        }
    }

    /** Whether a request is probing it. */
    public boolean isProbed() {
        Ejection current = ejection;
        return current.until != 0 && current.probing != 0;
    }

    /** Extends the ejection after a failed probe. */
    public void extendEjection(long now, long until, int times, String why) {
        ejection = ejection.changed(Math.max(1, until), now, times, why);
        forgetRows();
    }

    /** Returns it to service. @return whether it was ejected */
    public boolean readmit(long now) {
        Ejection before = ejection;
        if (before.until == 0
                || !EJECTION.compareAndSet(this, before, before.changed(0, now, before.times, before.reason))) {
            return false;
        }
        startInterval();
        return true;
    }

    @Override
    public String toString() {
        return name() + " with " + inFlight + " in flight";
    }
}
