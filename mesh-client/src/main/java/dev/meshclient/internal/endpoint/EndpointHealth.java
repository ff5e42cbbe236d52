package dev.meshclient.internal.endpoint;

import dev.meshclient.internal.text.HostPort;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The live statistics of an endpoint in this process: attempts in flight, their outcomes, ejection, connections. One object for
 * each service, cluster and address; it outlives policies. Takes no lock: counters tolerate races, ejections and returns do
 * not.
 */
public final class EndpointHealth {
    private static final AtomicIntegerFieldUpdater<EndpointHealth> IN_FLIGHT =
            AtomicIntegerFieldUpdater.newUpdater(EndpointHealth.class, "inFlight");
    private static final AtomicReferenceFieldUpdater<EndpointHealth, Ejection> EJECTION =
            AtomicReferenceFieldUpdater.newUpdater(EndpointHealth.class, Ejection.class, "ejection");
    private static final AtomicReferenceFieldUpdater<EndpointHealth, AttemptResults> RESULTS =
            AtomicReferenceFieldUpdater.newUpdater(EndpointHealth.class, AttemptResults.class, "results");

    private final String address;
    private final char port;
    private volatile boolean ejectionAborted;
    private volatile boolean multiplexed;
    private @Nullable String name; // created on first use
    private int place;
    private volatile int inFlight;
    private volatile @Nullable AttemptResults results; // created on first use
    private volatile Ejection ejection = Ejection.NEVER;
    private volatile @Nullable EndpointTransport transport;
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

    /**
     * @param address an IP address or a name
     * @param port 1 to 65535
     */
    public EndpointHealth(String address, int port) {
        this.address = address;
        this.port = (char) port;
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

    /** Whether this process has sent it a call or a health check. */
    public boolean isUsed() {
        return transport != null;
    }

    /** Null: no call or check was sent to it. */
    public @Nullable EndpointTransport transport() {
        return transport;
    }

    /** Only the engine sets it. */
    public void transport(EndpointTransport value) {
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

    // ---- results

    /** What its attempts came to. */
    public AttemptResults results() {
        AttemptResults known = results;
        if (known != null) {
            return known;
        }
        AttemptResults made = new AttemptResults();
        return RESULTS.compareAndSet(this, null, made) ? made : results();
    }

    /** Null: no attempt has ended yet. */
    public @Nullable AttemptResults resultsIfAny() {
        return results;
    }

    /** Counts a response that is no server error. */
    public void good() {
        results().good();
        noAbortedEjection();
    }

    /** Ends all rows of failures. */
    public void endRows() {
        results().endRows();
        noAbortedEjection();
    }

    /** It is ejected: the rows before have had their effect. */
    private void forgetRows() {
        AttemptResults known = results;
        if (known != null) {
            known.endRows();
        }
        noAbortedEjection();
    }

    /**
     * Marks that it failed often enough to be ejected while too many endpoints are: until its next good response it gets few
     * calls.
     */
    public void abortEjection() {
        ejectionAborted = true;
    }

    private void noAbortedEjection() {
        if (ejectionAborted) {
            ejectionAborted = false;
        }
    }

    /** Whether it is not ejected only because too many endpoints are. */
    public boolean isEjectionAborted() {
        return ejectionAborted;
    }

    /** The weights that follow from the load that it reports; null: it has reported none. */
    public @Nullable ReportedWeight reportedWeight() {
        AttemptResults known = results;
        return known == null ? null : known.reportedWeight();
    }

    /** Replaces the weights that follow from its reports. @return false if another thread did so first */
    public boolean reportedWeight(@Nullable ReportedWeight before, ReportedWeight after) {
        return results().reportedWeight(before, after);
    }

    /** Records that it has too much to do until this time. */
    public void busy(long until) {
        results().busy(until);
    }

    /** When it has no longer too much to do; at most {@code now}: it has not. */
    public long busyUntil() {
        AttemptResults known = results;
        return known == null ? 0 : known.busyUntil();
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
        if (!before.isInForce()) {
            EJECTION.compareAndSet(this, before, before.passedChecks(time));
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
        Ejection now = ejection;
        return !now.isInForce() || failsChecks() ? Long.MAX_VALUE : now.until;
    }

    /** Whether it is ejected: it gets no calls but a probe. */
    public boolean isEjected() {
        return ejection.isInForce();
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
        if (!before.isInForce()) {
            EJECTION.compareAndSet(this, before, before.began(now)); // otherwise it was just ejected
        }
    }

    /** Ejects it. @return false if it was ejected already */
    public boolean eject(long now, long until, int times, String why) {
        Ejection before = ejection;
        if (before.isInForce() || !EJECTION.compareAndSet(this, before, before.again(until, now, times, why))) {
            return false;
        }
        forgetRows();
        return true;
    }

    /** Claims the right to probe it, which one request gets. @return whether the caller got it */
    public boolean takeProbe(long now) {
        return !failsChecks() && ejection.takeProbe(now);
    }

    /** Whether a probe is due and no request is probing. */
    public boolean mayBeProbed(long now) {
        return !failsChecks() && ejection.mayBeProbed(now);
    }

    /** Ends a probe without a result: the next request may probe. */
    public void endProbe() {
        ejection.endProbe();
    }

    /** Whether a request is probing it. */
    public boolean isProbed() {
        return ejection.isProbed();
    }

    /** Extends the ejection after a failed probe. */
    public void extendEjection(long now, long until, int times, String why) {
        ejection = ejection.again(until, now, times, why);
        forgetRows();
    }

    /** Returns it to service. @return whether it was ejected */
    public boolean readmit(long now) {
        Ejection before = ejection;
        if (!before.isInForce() || !EJECTION.compareAndSet(this, before, before.ended(now))) {
            return false;
        }
        AttemptResults known = results;
        if (known != null) {
            known.startInterval();
        }
        return true;
    }

    @Override
    public String toString() {
        return name() + " with " + inFlight + " in flight";
    }
}
