package dev.meshclient.internal.endpoint;

/** The connections that the engine keeps for an endpoint. They outlive policies, as its other state does. */
public interface EndpointTransport {
    /** Closes idle connections now, and busy ones when they become idle. */
    void retire();

    /** The own identity, or the trust in peers, has changed. */
    void trustChanged();
}
