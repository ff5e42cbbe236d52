package dev.meshclient.internal.tls;

import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.Gateway;
import dev.meshclient.policy.Tls;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The expected identity of an endpoint, as the policy states it. Compared by value.
 *
 * @param service its name, for messages
 * @param mode the TLS mode for this endpoint
 * @param tls the TLS settings of the backend
 * @param gatewayName the SNI by which a gateway chooses the endpoint; null: no gateway is between
 * @param names its certificate must carry one of them; empty: the host name, never with {@code MESH_MUTUAL}
 */
public record Peer(
        String service, Tls.Mode mode, Tls tls, @Nullable String gatewayName, List<String> names) {
    public Peer {
        names = List.copyOf(names);
    }

    /** Without a gateway between. */
    Peer(String service, Tls.Mode mode, Tls tls, List<String> names) {
        this(service, mode, tls, null, names);
    }

    /** The expected identity of this endpoint. */
    public static Peer of(Backend backend, Endpoint endpoint) {
        Tls.Mode mode = backend.tlsMode(endpoint);
        Gateway gateway = endpoint.gateway();
        return new Peer(
                backend.service(),
                mode,
                backend.tls(),
                gateway == null ? null : gateway.sni(backend),
                names(mode, backend, endpoint));
    }

    /**
     * Names that the policy lists for one mode do not apply to another: the SPIFFE IDs of the mesh only to {@code MESH_MUTUAL}.
     */
    private static List<String> names(Tls.Mode mode, Backend backend, Endpoint endpoint) {
        if (mode == backend.tls().mode() && !backend.tls().subjectAltNames().isEmpty()) {
            return backend.tls().subjectAltNames();
        }
        if (mode != Tls.Mode.MESH_MUTUAL) {
            return List.of();
        }
        Gateway gateway = endpoint.gateway();
        if (gateway != null) { // it chooses the endpoint
            return Stream.concat(
                            gateway.accounts().stream(),
                            Stream.ofNullable(gateway.others() ? backend.serviceAccount() : null))
                    .toList();
        }
        String account = endpoint.serviceAccount() == null ? backend.serviceAccount() : endpoint.serviceAccount();
        return account != null ? List.of(account) : List.of();
    }

    /** Whether it needs sockets of the mesh; otherwise those of the caller's client serve. */
    public boolean needsOwnSockets() {
        return presentsCertificate()
                || (mode == Tls.Mode.SIMPLE && (tls.caCertificates() != null || tls.credentialName() != null));
    }

    /** Whether the client presents a certificate. */
    boolean presentsCertificate() {
        return mode == Tls.Mode.MUTUAL || mode == Tls.Mode.MESH_MUTUAL;
    }

    /** Whether it needs a credential: its key, or its trusted authorities. */
    boolean needsCredential() {
        return presentsCertificate() || tls.credentialName() != null;
    }

    /** The credential of {@code MUTUAL} and {@code SIMPLE}; null: the mesh's own identity. */
    @Nullable
    String credentialName() {
        return mode == Tls.Mode.MESH_MUTUAL ? null : tls.credentialName();
    }
}
