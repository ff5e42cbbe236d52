package dev.meshclient;

/**
 * An answer that the mesh itself gives. Every class that implements it is an {@link java.io.IOException}: a
 * {@link MeshRefusal} or {@link DeadlineExceeded}. A failure of the peer or of the network keeps the type that OkHttp gave it
 * instead. Only the mesh implements it.
 */
public interface MeshFailure {
    /** No rule takes the request, or there is no policy for its host. */
    String NO_ROUTE = "NR";
    /** No endpoint of the backend admits calls. */
    String NO_HEALTHY_ENDPOINT = "UH";
    /** The backend has as many calls as its limits allow. */
    String OVERLOADED = "UO";
    /** The time for the whole call is over. */
    String DEADLINE = "UT";
    /** The connection cannot be made, for want of a certificate of ours. */
    String NO_CONNECTION = "UF";
    /** The service's authorization policy does not allow the call. */
    String ACCESS_DENIED = "RBAC";
    /** There is no token to send along, or no TLS to send it over. Envoy has no letters for it. */
    String NO_TOKEN = "TOKEN";

    /** One of the constants here: Envoy's response-flag letters where there are some. */
    String reason();

    /** What was decided for the call until then. */
    Decision decision();

    /** What to do about it, in a sentence. */
    String advice();
}
