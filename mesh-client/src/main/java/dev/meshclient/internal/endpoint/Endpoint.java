package dev.meshclient.internal.endpoint;

import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.Endpoint.TlsMode;
import dev.meshclient.policy.Locality;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint as one policy has it, with the state that outlives the policy.
 *
 * @param address an IP address or a name
 * @param port 1 to 65535
 * @param locality where it is
 * @param cluster that it belongs to; empty: none
 * @param labels as the policy states them
 * @param priority of its cluster; lower is preferred
 * @param weight its share; 0 = no traffic
 * @param health as the registry sees it
 * @param serviceAccount the SPIFFE ID that it proves; null: that of its backend
 * @param tlsMode whether it takes part in the mesh's TLS; null: as its backend's {@code tls} says
 * @param state its live numbers
 */
public record Endpoint(
        String address,
        int port,
        Locality locality,
        String cluster,
        Map<String, String> labels,
        int priority,
        int weight,
        Health health,
        @Nullable String serviceAccount,
        @Nullable TlsMode tlsMode,
        EndpointState state) {
    /** What policy says, of one of its addresses. */
    public static Endpoint of(
            dev.meshclient.policy.Endpoint stated, String address, int priority, EndpointState state) {
        return new Endpoint(
                address,
                stated.port(),
                stated.locality(),
                stated.cluster() == null ? "" : stated.cluster(),
                stated.labels(),
                priority,
                stated.weight(),
                stated.health(),
                stated.serviceAccount(),
                stated.tlsMode(),
                state);
    }

    /** {@code address:port}. */
    public String name() {
        return state.name();
    }

    @Override
    public String toString() {
        return name();
    }
}
