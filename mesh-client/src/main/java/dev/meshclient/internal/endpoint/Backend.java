package dev.meshclient.internal.endpoint;

import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Tls;
import org.jspecify.annotations.Nullable;

/**
 * What the engine needs to know about the service or subset of an attempt.
 *
 * @param name {@code service} or {@code service/subset}
 * @param service the service
 * @param resolution how its endpoints are found
 * @param appProtocol the protocol of its endpoints
 * @param tls the TLS mode of its endpoints; {@code DISABLE}: the scheme of the caller's URL decides
 * @param serviceAccount the SPIFFE ID of endpoints that state none; null: none is known
 * @param connectNanos limit for TCP connect and TLS handshake together; 0 = no limit of the mesh
 * @param idleNanos limit for the time without a byte in either direction; 0 = no limit of the mesh
 */
public record Backend(
        String name,
        String service,
        Resolution resolution,
        AppProtocol appProtocol,
        Tls tls,
        @Nullable String serviceAccount,
        long connectNanos,
        long idleNanos) {
    /** The TLS mode for one of its endpoints; null: the service has no endpoints in the mesh. */
    public Tls.Mode tlsMode(@Nullable Endpoint endpoint) {
        return endpoint == null || endpoint.tlsMode() == null
                ? tls.mode()
                : switch (endpoint.tlsMode()) {
                    case MESH -> Tls.Mode.MESH_MUTUAL;
                    case DISABLED -> Tls.Mode.DISABLE;
                };
    }

    /** Whether the policy has endpoints for it. */
    public boolean hasEndpoints() {
        return resolution != Resolution.NONE;
    }

    @Override
    public String toString() {
        return name;
    }
}
