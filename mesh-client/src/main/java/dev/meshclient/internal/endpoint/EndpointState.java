package dev.meshclient.internal.endpoint;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What is known of an endpoint while the process runs; one object a service, cluster and address, whatever the policy. */
public final class EndpointState extends AtomicInteger {
    private static final long serialVersionUID = 1;

    private final String name;
    private final transient EndpointHealth record = new EndpointHealth();
    private transient volatile @Nullable Object transport;

    public EndpointState(String name) {
        this.name = name;
    }

    /** {@code address:port}. */
    public String name() {
        return name;
    }

    /** What its attempts came to, and whether it is out for it. */
    public EndpointHealth record() {
        return record;
    }

    /** Attempts in flight, until the end of their bodies. */
    public int inFlight() {
        return get();
    }

    /** What the engine keeps for this endpoint: its connections. */
    public @Nullable Object transport() {
        return transport;
    }

    /** Set by the engine alone. */
    public void transport(@Nullable Object value) {
        transport = value;
    }

    @Override
    public String toString() {
        return name + " with " + get() + " in flight";
    }
}
