package dev.meshclient.authz;

/** An inbound request that is being handled. Thread-safe. Only the mesh implements it. */
@FunctionalInterface
public interface InboundExchange {
    /**
     * The response is sent completely, or the request has failed. The first call counts, on any thread; without one the request
     * is not counted.
     *
     * @param status the status of the response, also of a refusal; 0: none was sent, which counts as a failure (503, {@code UC})
     */
    void ended(int status);
}
