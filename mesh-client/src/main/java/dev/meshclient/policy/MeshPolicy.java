package dev.meshclient.policy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One policy document, checked: what the mesh does for every service it lists.
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
}
