package dev.meshclient.spring.server;

import dev.meshclient.Mesh;
import java.security.cert.X509Certificate;
import org.springframework.security.web.authentication.preauth.x509.X509PrincipalExtractor;

/**
 * Makes the SPIFFE ID of a client certificate the principal of Spring Security:
 * {@code http.x509(x509 -> x509.x509PrincipalExtractor(extractor))}. A certificate without a SPIFFE ID, with several URIs, or that the
 * mesh does not trust ({@link Mesh#verifiedPeer}), gives no principal: the request stays anonymous. Spring Security states the
 * certificate alone: for one of an intermediate authority the filter of the mesh, which is before, verifies its chain.
 */
public final class SpiffeIdPrincipalExtractor implements X509PrincipalExtractor {
    private final InboundPeers peers;

    SpiffeIdPrincipalExtractor(InboundPeers peers) {
        this.peers = peers;
    }

    @Override
    @SuppressWarnings("NullAway") // its only caller takes null as: no principal
    public Object extractPrincipal(X509Certificate certificate) {
        return peers.id(certificate);
    }
}
