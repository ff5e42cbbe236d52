package dev.meshclient.policy;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a service is reached.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is no API: it changes when a component is added.
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

    /** Begins with nothing stated. */
    public static Builder builder() {
        return new Builder();
    }

    /** Begins with what is stated here. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.address = address;
        builder.port = port;
        builder.locality = locality;
        builder.cluster = cluster;
        builder.weight = weight;
        builder.health = health;
        builder.labels = labels;
        builder.serviceAccount = serviceAccount;
        builder.tlsMode = tlsMode;
        return builder;
    }

    /** Makes a {@link Endpoint}. The words are those of the document; what they mean stands at the components. */
    public static final class Builder {
        private String address = "";
        private int port = 0;
        private Locality locality = Locality.NONE;
        private @Nullable String cluster;
        private int weight = 1;
        private Health health = Health.UNKNOWN;
        private Map<String, String> labels = Map.of();
        private @Nullable String serviceAccount;
        private @Nullable TlsMode tlsMode;

        private Builder() {}

        public Builder address(String address) {
            this.address = address;
            return this;
        }

        public Builder port(int port) {
            this.port = port;
            return this;
        }

        public Builder locality(Locality locality) {
            this.locality = locality;
            return this;
        }

        public Builder cluster(@Nullable String cluster) {
            this.cluster = cluster;
            return this;
        }

        public Builder weight(int weight) {
            this.weight = weight;
            return this;
        }

        public Builder health(Health health) {
            this.health = health;
            return this;
        }

        public Builder labels(Map<String, String> labels) {
            this.labels = labels;
            return this;
        }

        public Builder serviceAccount(@Nullable String serviceAccount) {
            this.serviceAccount = serviceAccount;
            return this;
        }

        public Builder tlsMode(@Nullable TlsMode tlsMode) {
            this.tlsMode = tlsMode;
            return this;
        }

        public Endpoint build() {
            return new Endpoint(address, port, locality, cluster, weight, health, labels, serviceAccount, tlsMode);
        }
    }
}
