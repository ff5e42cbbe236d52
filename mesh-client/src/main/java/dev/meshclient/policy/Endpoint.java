package dev.meshclient.policy;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An address of a service.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param address an IP address or a name: with {@link Resolution#DNS} each address of the name is an endpoint, otherwise the
 *     platform resolves the name when connecting; kept in punycode
 * @param port 1 to 65535
 * @param locality the locality of the endpoint
 * @param cluster the name of its cluster; null: none
 * @param weight its share of the traffic relative to the others; default 1, 0 = no traffic
 * @param health its health as the registry states it; default {@link Health#UNKNOWN}
 * @param labels the labels that subsets select by
 * @param serviceAccount the SPIFFE ID in its certificate with {@link Tls.Mode#MESH_MUTUAL}; null: that of its service
 * @param tlsMode whether it takes part in the mesh's TLS; null: {@code tls} of its service decides
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
    private static final Endpoint EMPTY =
            new Endpoint("", 0, Locality.NONE, null, 1, Health.UNKNOWN, Map.of(), null, null);

    public Endpoint {
        Required.value(address, "address", "an IP address or a DNS name");
        Required.value(locality, "locality", "Locality.NONE for none");
        Required.value(health, "health", "one of Endpoint.Health");
        address = Hosts.canonicalAddress(address);
        labels = Required.labels(labels, "labels");
    }

    /** Marks endpoints during the introduction of mutual TLS. The names are lower case, as in Istio's label. */
    public enum TlsMode {
        /** {@link Tls.Mode#MESH_MUTUAL}, whatever its service states. */
        MESH,
        /** {@link Tls.Mode#DISABLE}, whatever its service states. */
        DISABLED;

        /** The spelling in a document. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The health of an endpoint as the registry states it. The names are Envoy's. */
    public enum Health {
        UNKNOWN,
        HEALTHY,
        UNHEALTHY,
        DRAINING,
        DEGRADED
    }

    /** Starts an empty builder. */
    public static Builder builder() {
        return EMPTY.toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link Endpoint}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private String address = Endpoint.this.address;
        private int port = Endpoint.this.port;
        private Locality locality = Endpoint.this.locality;
        private @Nullable String cluster = Endpoint.this.cluster;
        private int weight = Endpoint.this.weight;
        private Health health = Endpoint.this.health;
        private Map<String, String> labels = Endpoint.this.labels;
        private @Nullable String serviceAccount = Endpoint.this.serviceAccount;
        private @Nullable TlsMode tlsMode = Endpoint.this.tlsMode;

        private Builder() {}

        public Builder address(String address) {
            this.address = Required.value(address, "address", "an IP address or a DNS name");
            return this;
        }

        public Builder port(int port) {
            this.port = port;
            return this;
        }

        public Builder locality(Locality locality) {
            this.locality = Required.value(locality, "locality", "Locality.NONE for none");
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
            this.health = Required.value(health, "health", "one of Endpoint.Health");
            return this;
        }

        public Builder labels(Map<String, String> labels) {
            this.labels = Required.value(labels, "labels", "Map.of() for none");
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
