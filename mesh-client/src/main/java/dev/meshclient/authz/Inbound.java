package dev.meshclient.authz;

/**
 * Authorizes inbound requests by the policy for the service of this process. Denies requests without such a policy, and
 * requests whose policy depends on attributes that are not known. Thread-safe. Only the mesh implements it.
 */
public interface Inbound {
    /** Authorizes a request. It waits only while the keys of a token's issuer are fetched, at most 5 s. */
    InboundResult authorize(InboundRequest request);
}
