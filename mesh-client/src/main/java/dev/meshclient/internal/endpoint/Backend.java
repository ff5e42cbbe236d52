package dev.meshclient.internal.endpoint;

import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Tls;
import org.jspecify.annotations.Nullable;

/**
 * What the engine must know of the service or subset that an attempt goes to.
 *
 * @param name {@code service} or {@code service/subset}
 * @param service the service
 * @param resolution how its endpoints are found
 * @param appProtocol what its endpoints speak
 * @param tls how its endpoints are reached; {@code DISABLE}: as the scheme of the caller's URL says
 * @param serviceAccount the SPIFFE ID of endpoints that state none; null: none is known
 * @param connectNanos TCP and TLS together; 0 = no limit of ours
 * @param idleNanos without a byte in either direction; 0 = no limit of ours
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
    /** How one of its endpoints is reached; null: of a service that has none. */
    public Tls.Mode tlsMode(@Nullable Endpoint endpoint) {
        return endpoint == null || endpoint.tlsMode() == null
                ? tls.mode()
                : switch (endpoint.tlsMode()) {
                    case MESH -> Tls.Mode.MESH_MUTUAL;
                    case DISABLED -> Tls.Mode.DISABLE;
                };
    }

    /** Whether the mesh has endpoints of its own for it. */
    public boolean hasEndpoints() {
        return resolution != Resolution.NONE;
    }

    @Override
    public String toString() {
        return name;
    }
}
