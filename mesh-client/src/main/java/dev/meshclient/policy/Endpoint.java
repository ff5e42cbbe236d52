package dev.meshclient.policy;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a service is reached.
 *
 * @param address an IP address, or a name: with {@link Resolution#DNS} each of its addresses is an endpoint, else the
 *     platform resolves it when connecting
 * @param port 1 to 65535
 * @param locality where it is
 * @param cluster which cluster it belongs to; null: none
 * @param weight share of the traffic relative to the others; default 1, 0 = none
 * @param health as the registry sees it; default {@link Health#UNKNOWN}
 * @param labels what subsets match on
 * @param serviceAccount the SPIFFE ID that it proves with {@link Tls.Mode#MESH_MUTUAL}; null: its service's
 * @param tlsMode whether it takes part in the mesh's TLS; null: as {@code tls} of its service says
 */
public record Endpoint(
        String address,
        int port,
        Locality locality,
        @Nullable String cluster,
        int weight,
        Health health,
        Map<String, String> labels,
        @Nullable String serviceAccount,
        @Nullable TlsMode tlsMode) {
    public Endpoint {
        labels = Map.copyOf(labels);
    }

    /** Marks endpoints while mutual TLS is rolled out. The words are lower case, as in Istio's label. */
    public enum TlsMode {
        /** {@link Tls.Mode#MESH_MUTUAL}, whatever its service says. */
        MESH,
        /** {@link Tls.Mode#DISABLE}, whatever its service says. */
        DISABLED;

        /** As it is written. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** As the registry sees an endpoint. The words are Envoy's. */
    public enum Health {
        UNKNOWN,
        HEALTHY,
        UNHEALTHY,
        DRAINING,
        DEGRADED
    }
}
