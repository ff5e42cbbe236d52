package dev.meshclient.internal.tls;

import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.policy.Tls;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who must answer at an endpoint, by the value of what policy says.
 *
 * @param service for messages
 * @param mode as it holds for this endpoint
 * @param tls of the backend
 * @param names one of which its certificate must carry; empty: the host name, never with {@code MESH_MUTUAL}
 */
public record Peer(String service, Tls.Mode mode, Tls tls, List<String> names) {
    public Peer {
        names = List.copyOf(names);
    }

    /** Who must answer there. */
    public static Peer of(Backend backend, Endpoint endpoint) {
        Tls.Mode mode = backend.tlsMode(endpoint);
        return new Peer(backend.service(), mode, backend.tls(), names(mode, backend, endpoint));
    }

    /** SPIFFE IDs that the policy of another mode lists are not meant for the mesh's, nor the other way round. */
    private static List<String> names(Tls.Mode mode, Backend backend, Endpoint endpoint) {
        if (mode == backend.tls().mode() && !backend.tls().subjectAltNames().isEmpty()) {
            return backend.tls().subjectAltNames();
        }
        String account = endpoint.serviceAccount() == null ? backend.serviceAccount() : endpoint.serviceAccount();
        return mode == Tls.Mode.MESH_MUTUAL && account != null ? List.of(account) : List.of();
    }

    /** Whether it takes sockets of ours; else those of the caller's client do. */
    public boolean needsOwnSockets() {
        return presentsCertificate()
                || (mode == Tls.Mode.SIMPLE && (tls.caCertificates() != null || tls.credentialName() != null));
    }

    /** Whether we prove who we are. */
    boolean presentsCertificate() {
        return mode == Tls.Mode.MUTUAL || mode == Tls.Mode.MESH_MUTUAL;
    }

    /** Whether anything of a credential is needed: its key, or whom it trusts. */
    boolean needsCredential() {
        return presentsCertificate() || tls.credentialName() != null;
    }

    /** Of {@code MUTUAL} and {@code SIMPLE}; the mesh's own identity otherwise. */
    @Nullable
    String credentialName() {
        return mode == Tls.Mode.MESH_MUTUAL ? null : tls.credentialName();
    }
}
