package dev.meshclient.internal.call;

import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import java.io.IOException;
import okhttp3.Request;

/** Sends health checks, over the connections and with the TLS of a client's calls. Equal for equal clients. */
@FunctionalInterface
public interface CheckWire {
    /** Nothing was sent, for a reason that is not the endpoint's. */
    int NOT_SENT = 0;

    /**
     * Sends the request to this endpoint, upgraded to TLS where calls are.
     *
     * @return the status of the response, or {@link #NOT_SENT}
     * @throws IOException if there is no response within the timeout
     */
    int check(Backend backend, Endpoint endpoint, Request request, long timeoutNanos) throws IOException;
}
