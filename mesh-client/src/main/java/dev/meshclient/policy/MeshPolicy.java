package dev.meshclient.policy;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One checked policy document: the settings of every service it lists.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param metadata identifies the document
 * @param trustDomain the SPIFFE trust domain of this mesh; null if the document states none
 * @param outboundTrafficPolicy what happens to hosts that no service claims; default {@link OutboundTrafficPolicy#ALLOW_ANY}
 * @param clusters clusters and their priority; a cluster of an endpoint that is not listed has priority 0
 * @param jwtProviders issuers of tokens, by the name that services refer to
 * @param defaults settings of every service that does not state its own
 * @param services services by name, in document order; a {@code null} service of the document is in {@code removed} instead
 * @param removed names that the document sets to {@code null}: removed at once
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
        Required.value(metadata, "metadata", "Metadata.builder()...build()");
        Required.value(outboundTrafficPolicy, "outboundTrafficPolicy", "one of OutboundTrafficPolicy");
        Required.value(defaults, "defaults", "Settings.NONE for none");
        clusters = Required.list(clusters, "clusters");
        jwtProviders = Required.map(jwtProviders, "jwtProviders");
        services = Required.map(services, "services");
        removed = List.copyOf(new LinkedHashSet<>(Required.list(removed, "removed")));
    }

    /**
     * The SPIFFE ID of a service's endpoints if neither they nor the service state one, from {@code serviceAccount} in the
     * defaults and the trust domain; null: unknown.
     */
    public @Nullable String defaultServiceAccount(String service) {
        Required.value(service, "service", "the name of a service");
        return new ServiceAccounts(trustDomain, defaults.backend().serviceAccount()).byDefault(service);
    }

    /** This policy with its services replaced; the policy itself if each is replaced by itself. */
    MeshPolicy withServices(BiFunction<String, Service, Service> replacement) {
        Map<String, Service> replaced = new LinkedHashMap<>();
        services.forEach((name, service) -> {
            Service other = replacement.apply(name, service);
            if (other != service) {
                replaced.put(name, other);
            }
        });
        if (replaced.isEmpty()) {
            return this;
        }
        Map<String, Service> all = new LinkedHashMap<>(services);
        all.putAll(replaced);
        return toBuilder().services(all).build();
    }

    /** Starts an empty builder. */
    public static Builder builder() {
        return new MeshPolicy(
                        Metadata.builder().build(),
                        null,
                        OutboundTrafficPolicy.ALLOW_ANY,
                        List.of(),
                        Map.of(),
                        Settings.NONE,
                        Map.of(),
                        List.of())
                .toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link MeshPolicy}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private Metadata metadata = MeshPolicy.this.metadata;
        private @Nullable String trustDomain = MeshPolicy.this.trustDomain;
        private OutboundTrafficPolicy outboundTrafficPolicy = MeshPolicy.this.outboundTrafficPolicy;
        private List<Cluster> clusters = MeshPolicy.this.clusters;
        private Map<String, JwtProvider> jwtProviders = MeshPolicy.this.jwtProviders;
        private Settings defaults = MeshPolicy.this.defaults;
        private Map<String, Service> services = MeshPolicy.this.services;
        private List<String> removed = MeshPolicy.this.removed;

        private Builder() {}

        public Builder metadata(Metadata metadata) {
            this.metadata = Required.value(metadata, "metadata", "Metadata.builder()...build()");
            return this;
        }

        public Builder trustDomain(@Nullable String trustDomain) {
            this.trustDomain = trustDomain;
            return this;
        }

        public Builder outboundTrafficPolicy(OutboundTrafficPolicy outboundTrafficPolicy) {
            this.outboundTrafficPolicy =
                    Required.value(outboundTrafficPolicy, "outboundTrafficPolicy", "one of OutboundTrafficPolicy");
            return this;
        }

        public Builder clusters(List<Cluster> clusters) {
            this.clusters = Required.list(clusters, "clusters");
            return this;
        }

        public Builder jwtProviders(Map<String, JwtProvider> jwtProviders) {
            this.jwtProviders = Required.value(jwtProviders, "jwtProviders", "Map.of() for none");
            return this;
        }

        public Builder defaults(Settings defaults) {
            this.defaults = Required.value(defaults, "defaults", "Settings.NONE for none");
            return this;
        }

        public Builder services(Map<String, Service> services) {
            this.services = Required.value(services, "services", "Map.of() for none");
            return this;
        }

        public Builder removed(List<String> removed) {
            this.removed = Required.list(removed, "removed");
            return this;
        }

        /** Adds a service. */
        public Builder service(String name, Service service) {
            Map<String, Service> all = new LinkedHashMap<>(services);
            all.put(
                    Required.value(name, "name", "the name of the service"),
                    Required.value(service, "service", "Service.builder()...build(), or its name in removed"));
            return services(all);
        }

        public MeshPolicy build() {
            return new MeshPolicy(
                    metadata, trustDomain, outboundTrafficPolicy, clusters, jwtProviders, defaults, services, removed);
        }
    }
}
