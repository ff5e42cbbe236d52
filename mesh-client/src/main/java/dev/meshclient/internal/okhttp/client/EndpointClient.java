package dev.meshclient.internal.okhttp.client;

import dev.meshclient.internal.okhttp.direct.InnerClient;
import dev.meshclient.internal.tls.PeerTls;
import org.jspecify.annotations.Nullable;

/**
 * An inner client that calls one endpoint.
 *
 * @param connections the connections that it uses
 * @param tls null: the wire is not TLS, or uses that of the caller's client
 */
public record EndpointClient(
        InnerClient inner,
        EndpointConnections connections,
        @Nullable PeerTls tls) {}
