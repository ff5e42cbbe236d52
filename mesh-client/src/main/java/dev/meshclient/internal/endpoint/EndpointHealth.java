package dev.meshclient.internal.endpoint;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * What an endpoint's attempts came to, and whether it is taken out for it. One small object an endpoint and no lock: counting
 * may lose a race, going out and coming back may not.
 */
public final class EndpointHealth {
    private static final AtomicIntegerFieldUpdater<EndpointHealth> SERVER_ERRORS = counter("serverErrors");
    private static final AtomicIntegerFieldUpdater<EndpointHealth> GATEWAY_ERRORS = counter("gatewayErrors");
    private static final AtomicIntegerFieldUpdater<EndpointHealth> LOCAL_FAILURES = counter("localFailures");
    private static final AtomicIntegerFieldUpdater<EndpointHealth> SUCCEEDED = counter("succeeded");
    private static final AtomicIntegerFieldUpdater<EndpointHealth> FAILED = counter("failed");
    private static final AtomicIntegerFieldUpdater<EndpointHealth> PROBING = counter("probing");
    private static final AtomicLongFieldUpdater<EndpointHealth> OUT_UNTIL =
            AtomicLongFieldUpdater.newUpdater(EndpointHealth.class, "outUntil");

    private volatile int serverErrors;
    private volatile int gatewayErrors;
    private volatile int localFailures;
    private volatile int succeeded;
    private volatile int failed;
    private volatile int probing;
    private volatile int timesOut;
    private volatile boolean spared;
    private volatile long outUntil; // 0: it is in
    private volatile long changedAt;
    private volatile String reason = "";

    private static AtomicIntegerFieldUpdater<EndpointHealth> counter(String field) {
        return AtomicIntegerFieldUpdater.newUpdater(EndpointHealth.class, field);
    }

    // ---- in a row

    /** A response that is no server error. */
    public void good() {
        reset(SERVER_ERRORS, serverErrors);
        reset(GATEWAY_ERRORS, gatewayErrors);
        reset(LOCAL_FAILURES, localFailures);
        if (spared) {
            spared = false;
        }
        SUCCEEDED.incrementAndGet(this);
    }

    /** Server errors in a row, this one included. */
    public int serverError() {
        reset(LOCAL_FAILURES, localFailures);
        FAILED.incrementAndGet(this);
        return SERVER_ERRORS.incrementAndGet(this);
    }

    /** Gateway errors in a row, this one included. */
    public int gatewayError() {
        return GATEWAY_ERRORS.incrementAndGet(this);
    }

    /** A server error that is no gateway error. */
    public void noGatewayError() {
        reset(GATEWAY_ERRORS, gatewayErrors);
    }

    /** Failures without a response in a row, this one included. */
    public int localFailure() {
        FAILED.incrementAndGet(this);
        return LOCAL_FAILURES.incrementAndGet(this);
    }

    /** Most attempts are good: then nothing is written. */
    private void reset(AtomicIntegerFieldUpdater<EndpointHealth> field, int now) {
        if (now != 0) {
            field.set(this, 0);
        }
    }

    // ---- since the last look

    /** Good responses since {@link #startInterval}. */
    public int succeeded() {
        return succeeded;
    }

    /** Everything else that counts, since {@link #startInterval}. */
    public int failed() {
        return failed;
    }

    /** Begins to count anew. */
    public void startInterval() {
        succeeded = 0;
        failed = 0;
    }

    // ---- out and back

    /** Whether it gets no calls but a probe. */
    public boolean isOut() {
        return outUntil != 0;
    }

    /** From when on one request may try it; 0: it is in. */
    public long outUntil() {
        return outUntil;
    }

    /** Why it is, or last was, out. */
    public String reason() {
        return reason;
    }

    /** How often it was out, healthy intervals taken off. */
    public int timesOut() {
        return timesOut;
    }

    /** When it last went out or came back; 0: never. */
    public long changedAt() {
        return changedAt;
    }

    /** It failed often enough to go, but too many are out: until its next good response it is better left alone. */
    public void spare() {
        spared = true;
    }

    /** Whether it is in only because too many are out. */
    public boolean isSpared() {
        return spared;
    }

    /** Takes it out. @return whether it was in */
    public boolean takeOut(long now, long until, int times, String why) {
        if (!OUT_UNTIL.compareAndSet(this, 0, Math.max(1, until))) {
            return false;
        }
        wentOut(now, times, why);
        return true;
    }

    private void wentOut(long now, int times, String why) {
        timesOut = times;
        reason = why;
        changedAt = now;
        serverErrors = 0;
        gatewayErrors = 0;
        localFailures = 0;
        spared = false;
    }

    /** One request may try it. @return whether this is the one */
    public boolean takeProbe(long now) {
        return mayBeProbed(now) && PROBING.compareAndSet(this, 0, 1);
    }

    /** Whether one request may try it, and none does. */
    public boolean mayBeProbed(long now) {
        long until = outUntil;
        return until != 0 && until <= now && probing == 0;
    }

    /** The probe said nothing: the next request may try. */
    public void endProbe() {
        probing = 0;
    }

    /** Whether a request is trying it just now. */
    public boolean isProbed() {
        return probing != 0 && isOut();
    }

    /** The probe failed. */
    public void stayOut(long now, long until, int times, String why) {
        outUntil = Math.max(1, until);
        wentOut(now, times, why);
        probing = 0;
    }

    /** It is in again. @return whether it was out */
    public boolean bringBack(long now) {
        boolean was = OUT_UNTIL.getAndSet(this, 0) != 0;
        if (was) {
            changedAt = now;
            startInterval();
        }
        probing = 0;
        return was;
    }
}
