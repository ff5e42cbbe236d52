package dev.meshclient.spring.server;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code mesh.server.*}.
 *
 * @param enabled Whether the mesh has a filter for inbound requests.
 * @param authorization Whether requests that the policy denies are refused (enforce), only logged and counted (permissive), or not checked.
 * @param permitPaths Paths whose GET and HEAD requests need no authorization; a * at the end is any rest. Default: those of the health endpoint, unless it has a port of its own, and of its probes.
 * @param inboundContext Requests whose deadline, attempt number and baggage apply to the calls made for them: those with a SPIFFE ID or a valid token, all, or none.
 */
@ConfigurationProperties("mesh.server")
record MeshServerProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("off") AuthorizationMode authorization,
        @Nullable List<String> permitPaths,
        @DefaultValue("authenticated") TrustedRequests inboundContext) {
    MeshServerProperties {
        if (permitPaths != null) {
            permitPaths.forEach(PermittedPaths::check);
        }
    }

    /** The effect of the policy for this service on inbound requests. */
    enum AuthorizationMode {
        ENFORCE,
        PERMISSIVE,
        OFF
    }

    /** The requests whose headers are trusted. */
    enum TrustedRequests {
        AUTHENTICATED,
        ALL,
        NONE
    }
}
