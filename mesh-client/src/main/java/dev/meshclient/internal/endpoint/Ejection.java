package dev.meshclient.internal.endpoint;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/** The last ejection of an endpoint, and when its slow starts began. Immutable, except for the flag whether a request probes the endpoint. */
final class Ejection {
    static final Ejection NEVER = new Ejection(0, 0, 0, 0, "", 0);

    private static final AtomicIntegerFieldUpdater<Ejection> PROBING =
            AtomicIntegerFieldUpdater.newUpdater(Ejection.class, "probing");

    final long until; // 0: it has ended
    final long changedAt;
    final long slowSince; // also after failed health checks, which are no ejection
    final int times;
    final String reason;
    final long beganAt; // 0: with the first endpoints
    private volatile int probing;

    private Ejection(long until, long changedAt, long slowSince, int times, String reason, long beganAt) {
        this.until = until;
        this.changedAt = changedAt;
        this.slowSince = slowSince;
        this.times = times;
        this.reason = reason;
        this.beganAt = beganAt;
    }

    /** An ejection now. */
    Ejection again(long nextUntil, long now, int nextTimes, String why) {
        return new Ejection(Math.max(1, nextUntil), now, now, nextTimes, why, beganAt);
    }

    /** It ends now. */
    Ejection ended(long now) {
        return new Ejection(0, now, now, times, reason, beganAt);
    }

    /** The endpoint passes its health checks from now on. */
    Ejection passedChecks(long now) {
        return new Ejection(until, changedAt, now, times, reason, beganAt);
    }

    /** The endpoint begins to get calls now. */
    Ejection began(long now) {
        return new Ejection(until, changedAt, slowSince, times, reason, now == 0 ? 1 : now);
    }

    boolean isInForce() {
        return until != 0;
    }

    boolean isProbed() {
        return isInForce() && probing != 0;
    }

    boolean mayBeProbed(long now) {
        return isInForce() && until <= now && probing == 0;
    }

    boolean takeProbe(long now) {
        return mayBeProbed(now) && PROBING.compareAndSet(this, 0, 1);
    }

    void endProbe() {
        if (probing != 0) {
            probing = 0;
        }
    }
}
