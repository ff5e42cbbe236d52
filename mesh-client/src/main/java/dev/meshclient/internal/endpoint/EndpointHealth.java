package dev.meshclient.internal.endpoint;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * What this process knows of an endpoint: its attempts in flight, what they came to, whether it is ejected, its connections. One
 * object for each service, cluster and address; it outlives policies. Takes no lock: a count may lose a race, an ejection or a
 * return may not.
 */
public final class EndpointHealth {
    private static final AtomicIntegerFieldUpdater<EndpointHealth> IN_FLIGHT = counter("inFlight");
    private static final AtomicIntegerFieldUpdater<EndpointHealth> SERVER_ERRORS = counter("serverErrors");
    private static final AtomicIntegerFieldUpdater<EndpointHealth> GATEWAY_ERRORS = counter("gatewayErrors");
    private static final AtomicIntegerFieldUpdater<EndpointHealth> LOCAL_FAILURES = counter("localFailures");
    private static final AtomicIntegerFieldUpdater<EndpointHealth> SUCCEEDED = counter("succeeded");
    private static final AtomicIntegerFieldUpdater<EndpointHealth> FAILED = counter("failed");
    private static final AtomicReferenceFieldUpdater<EndpointHealth, Ejection> EJECTION =
            AtomicReferenceFieldUpdater.newUpdater(EndpointHealth.class, Ejection.class, "ejection");

    private final String address;
    private final char port;
    private volatile boolean spared;
    private @Nullable String name; // made by the first that asks
    private int place;
    private volatile int inFlight;
    private volatile int serverErrors;
    private volatile int gatewayErrors;
    private volatile int localFailures;
    private volatile int succeeded;
    private volatile int failed;
    private volatile Ejection ejection = Ejection.NEVER;
    private volatile @Nullable Object transport;

    /** The last ejection. Swapped whole; only whether a request probes the endpoint changes. */
    private static final class Ejection {
        static final Ejection NEVER = new Ejection(0, 0, 0, "");
        static final AtomicIntegerFieldUpdater<Ejection> PROBING =
                AtomicIntegerFieldUpdater.newUpdater(Ejection.class, "probing");

        final long until; // 0: it is over
        final long changedAt;
        final int times;
        final String reason;
        volatile int probing;

        Ejection(long until, long changedAt, int times, String reason) {
            this.until = until;
            this.changedAt = changedAt;
            this.times = times;
            this.reason = reason;
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

    /** Where it stands among the endpoints of its service in force; a hint, to be checked. */
    int place() {
        return place;
    }

    void place(int now) {
        place = now;
    }

    /** What the engine keeps for this endpoint: its connections. */
    public @Nullable Object transport() {
        return transport;
    }

    /** Set by the engine alone. */
    public void transport(@Nullable Object value) {
        transport = value;
    }

    // ---- in flight

    /** Attempts in flight, until the end of their bodies. */
    public int inFlight() {
        return inFlight;
    }

    /** An attempt begins. */
    public void begin() {
        IN_FLIGHT.incrementAndGet(this);
    }

    /** An attempt ends. */
    public void end() {
        IN_FLIGHT.decrementAndGet(this);
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

    // ---- since the last comparison

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

    // ---- ejected and returned

    /** Whether it gets no calls but a probe. */
    public boolean isOut() {
        return ejection.until != 0;
    }

    /** From when on one request may probe it; 0: it is not ejected. */
    public long outUntil() {
        return ejection.until;
    }

    /** Why it is, or last was, ejected. */
    public String reason() {
        return ejection.reason;
    }

    /** How often it was ejected, healthy intervals taken off. */
    public int timesOut() {
        return ejection.times;
    }

    /** When it was last ejected or returned; 0: never. */
    public long changedAt() {
        return ejection.changedAt;
    }

    /** It failed often enough to be ejected, but too many are: until its next good response it is called seldom. */
    public void spare() {
        spared = true;
    }

    /** Whether it is not ejected only because too many are. */
    public boolean isSpared() {
        return spared;
    }

    /** Ejects it. @return whether it was not ejected before */
    public boolean takeOut(long now, long until, int times, String why) {
        Ejection before = ejection;
        if (before.until != 0
                || !EJECTION.compareAndSet(this, before, new Ejection(Math.max(1, until), now, times, why))) {
            return false;
        }
        forgetRows();
        return true;
    }

    private void forgetRows() {
        serverErrors = 0;
        gatewayErrors = 0;
        localFailures = 0;
        spared = false;
    }

    /** One request may probe it. @return whether this is the one */
    public boolean takeProbe(long now) {
        Ejection current = ejection;
        return mayBeProbed(current, now) && Ejection.PROBING.compareAndSet(current, 0, 1);
    }

    /** Whether one request may probe it, and none does. */
    public boolean mayBeProbed(long now) {
        return mayBeProbed(ejection, now);
    }

    private static boolean mayBeProbed(Ejection current, long now) {
        return current.until != 0 && current.until <= now && current.probing == 0;
    }

    /** The probe came to nothing: the next request may probe it. */
    public void endProbe() {
        if (ejection.probing != 0) {
            ejection.probing = 0;
        }
    }

    /** Whether a request probes it just now. */
    public boolean isProbed() {
        Ejection current = ejection;
        return current.until != 0 && current.probing != 0;
    }

    /** The probe failed. */
    public void stayOut(long now, long until, int times, String why) {
        ejection = new Ejection(Math.max(1, until), now, times, why);
        forgetRows();
    }

    /** It is called again. @return whether it was ejected */
    public boolean bringBack(long now) {
        Ejection before = ejection;
        if (before.until == 0
                || !EJECTION.compareAndSet(this, before, new Ejection(0, now, before.times, before.reason))) {
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
