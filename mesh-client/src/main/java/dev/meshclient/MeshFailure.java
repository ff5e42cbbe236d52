package dev.meshclient;

/**
 * A failure that the mesh itself reports. Every class that implements it is an {@link java.io.IOException}: a
 * {@link MeshRefusal} or {@link DeadlineExceeded}. A failure of the peer or of the network keeps OkHttp's exception type
 * instead. Only the mesh implements it.
 */
public interface MeshFailure {
    /** No rule matches the request, or there is no policy for its host. */
    String NO_ROUTE = "NR";
    /** No endpoint of the backend admits calls. */
    String NO_HEALTHY_ENDPOINT = "UH";
    /** The backend has as many calls as its limits allow, or its circuit breaker is open. */
    String OVERLOADED = "UO";
    /** The backend has had as many calls in this period as its rate limit allows. */
    String RATE_LIMITED = "RL";
    /** The time limit of the whole call has expired. */
    String DEADLINE = "UT";
    /** No connection can be made because the own certificate is missing or not valid. */
    String NO_CONNECTION = "UF";
    /** The service's authorization policy does not allow the call. */
    String ACCESS_DENIED = "RBAC";
    /** The token is missing, or there is no TLS to send it over. Envoy has no letters for it. */
    String NO_TOKEN = "TOKEN";

    /** One of the constants here: Envoy's response-flag letters where they exist. */
    String reason();

    /** The decisions for the call so far. */
    Decision decision();

    /** How to correct it, in one sentence. */
    String advice();
}
