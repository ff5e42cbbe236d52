package dev.meshclient.authz;

import org.jspecify.annotations.Nullable;

/**
 * Authorizes and measures inbound requests, by the policy for the service of this process. Without such a policy it denies all
 * requests; it also denies a request if the policy depends on attributes that are not known. Thread-safe. Only the mesh implements it.
 */
public interface Inbound {
    /** Authorizes a request. It waits only while the keys of a token's issuer are fetched, at most 5 s. */
    InboundResult authorize(InboundRequest request);

    /**
     * As {@link #authorize}, but never waits, for a thread that must not: null if keys of the token's issuer have to be fetched first.
     * Then nothing was decided or counted: call {@link #authorize} on a thread that may wait.
     */
    @Nullable
    InboundResult authorizeNow(InboundRequest request);

    /**
     * Measures a request from now on for the metrics of the mesh, whether it is authorized or not: with Istio's names
     * ({@code MeshMetrics.withIstioNames()}), otherwise without effect.
     *
     * @param request its peer and, from {@code content-type}, its protocol; they are read at once
     */
    InboundExchange begin(InboundRequest request);
}
