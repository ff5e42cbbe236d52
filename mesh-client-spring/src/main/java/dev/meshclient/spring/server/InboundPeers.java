package dev.meshclient.spring.server;

import dev.meshclient.Mesh;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.identity.SpiffeId;
import dev.meshclient.spring.MeshClients;
import dev.meshclient.spring.TestPeers;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import org.springframework.util.function.SingletonSupplier;

/**
 * The SPIFFE IDs of senders. The server has verified their certificates, maybe by authorities that the mesh does not trust: so the mesh
 * verifies them too. With {@code mesh.enabled=false} those of the server count.
 */
final class InboundPeers {
    private final Supplier<Mesh> mesh;
    private final boolean enabled;

    InboundPeers(Supplier<Mesh> mesh, Environment environment) {
        this.mesh = SingletonSupplier.of(mesh);
        this.enabled = MeshClients.areEnabled(environment);
    }

    /**
     * States the sender with this chain. One whose certificate has an ID that is not verified is not known: it may be the sender that a
     * policy denies.
     */
    void state(InboundRequest.Builder request, X509Certificate @Nullable ... chain) {
        String id = id(chain);
        if (id != null || chain == null || chain.length == 0 || !SpiffeId.isStatedBy(chain[0])) {
            request.peer(id);
        }
    }

    /** The ID of the sender with this chain; null: it has none that counts. */
    @Nullable
    String id(X509Certificate @Nullable ... chain) {
        if (chain == null || chain.length == 0) {
            return null;
        }
        return enabled && !TestPeers.contains(chain[0]) ? mesh.get().verifiedPeer(chain) : stated(chain[0]);
    }

    private static @Nullable String stated(X509Certificate leaf) {
        try {
            return SpiffeId.of(leaf).toString();
        } catch (CertificateException e) {
            return null;
        }
    }
}
