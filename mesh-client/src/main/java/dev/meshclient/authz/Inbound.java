package dev.meshclient.authz;

/**
 * The boundary of this process: decides whether a request that came in may go on, by the policy of the service that this process
 * is. Where there is no such policy, and wherever policy asks for what is not known, it may not. Thread-safe. Only the mesh
 * implements it.
 */
public interface Inbound {
    /** Decides. It waits only while the keys of a token's issuer are fetched, at most 5 s. */
    InboundResult authorize(InboundRequest request);
}
