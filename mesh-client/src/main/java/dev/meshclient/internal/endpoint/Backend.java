package dev.meshclient.internal.endpoint;

import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Tls;

/**
 * What the engine must know of the service or subset that an attempt goes to.
 *
 * @param name {@code service} or {@code service/subset}
 * @param service the service
 * @param resolution how its endpoints are found
 * @param appProtocol what its endpoints speak
 * @param tls how its endpoints are reached; {@code DISABLE}: as the scheme of the caller's URL says
 * @param connectNanos TCP and TLS together; 0 = no limit of ours
 * @param idleNanos without a byte in either direction; 0 = no limit of ours
 */
public record Backend(
        String name,
        String service,
        Resolution resolution,
        AppProtocol appProtocol,
        Tls tls,
        long connectNanos,
        long idleNanos) {
    /** Whether the mesh has endpoints of its own for it. */
    public boolean hasEndpoints() {
        return resolution != Resolution.NONE;
    }

    @Override
    public String toString() {
        return name;
    }
}
