package dev.meshclient.policy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One policy document, checked: what the mesh does for every service it lists.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is no API: it changes when a component is added.
 *
 * @param metadata which document this is
 * @param trustDomain the SPIFFE trust domain of this mesh; null if the document does not state one
 * @param outboundTrafficPolicy what happens to hosts that no service claims; default {@link OutboundTrafficPolicy#ALLOW_ANY}
 * @param clusters clusters and their priority; a cluster that endpoints name and that is not listed has priority 0
 * @param jwtProviders who issues tokens, by the name that services call them by
 * @param defaults settings of every service that does not state its own
 * @param services by name, in document order; a {@code null} service of the document is not in here but in {@code removed}
 * @param removed names that the document sets to {@code null}: gone at once
 */
public record MeshPolicy(
        Metadata metadata,
        @Nullable String trustDomain,
        OutboundTrafficPolicy outboundTrafficPolicy,
        List<Cluster> clusters,
        Map<String, JwtProvider> jwtProviders,
        Settings defaults,
        Map<String, Service> services,
        List<String> removed) {
    public MeshPolicy {
        clusters = List.copyOf(clusters);
        jwtProviders = Collections.unmodifiableMap(new LinkedHashMap<>(jwtProviders));
        services = Collections.unmodifiableMap(new LinkedHashMap<>(services));
        removed = List.copyOf(removed);
    }

    /** Begins with nothing stated. */
    public static Builder builder() {
        return new Builder();
    }

    /** Begins with what is stated here. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.metadata = metadata;
        builder.trustDomain = trustDomain;
        builder.outboundTrafficPolicy = outboundTrafficPolicy;
        builder.clusters = clusters;
        builder.jwtProviders = jwtProviders;
        builder.defaults = defaults;
        builder.services = services;
        builder.removed = removed;
        return builder;
    }

    /** Makes a {@link MeshPolicy}. The words are those of the document; what they mean stands at the components. */
    public static final class Builder {
        private Metadata metadata = Metadata.builder().build();
        private @Nullable String trustDomain;
        private OutboundTrafficPolicy outboundTrafficPolicy = OutboundTrafficPolicy.ALLOW_ANY;
        private List<Cluster> clusters = List.of();
        private Map<String, JwtProvider> jwtProviders = Map.of();
        private Settings defaults = Settings.NONE;
        private Map<String, Service> services = Map.of();
        private List<String> removed = List.of();

        private Builder() {}

        public Builder metadata(Metadata metadata) {
            this.metadata = metadata;
            return this;
        }

        public Builder trustDomain(@Nullable String trustDomain) {
            this.trustDomain = trustDomain;
            return this;
        }

        public Builder outboundTrafficPolicy(OutboundTrafficPolicy outboundTrafficPolicy) {
            this.outboundTrafficPolicy = outboundTrafficPolicy;
            return this;
        }

        public Builder clusters(List<Cluster> clusters) {
            this.clusters = clusters;
            return this;
        }

        public Builder jwtProviders(Map<String, JwtProvider> jwtProviders) {
            this.jwtProviders = jwtProviders;
            return this;
        }

        public Builder defaults(Settings defaults) {
            this.defaults = defaults;
            return this;
        }

        public Builder services(Map<String, Service> services) {
            this.services = services;
            return this;
        }

        public Builder removed(List<String> removed) {
            this.removed = removed;
            return this;
        }

        /** Adds a service. */
        public Builder service(String name, Service service) {
            Map<String, Service> all = new LinkedHashMap<>(services);
            all.put(name, service);
            return services(all);
        }

        public MeshPolicy build() {
            return new MeshPolicy(
                    metadata, trustDomain, outboundTrafficPolicy, clusters, jwtProviders, defaults, services, removed);
        }
    }
}
