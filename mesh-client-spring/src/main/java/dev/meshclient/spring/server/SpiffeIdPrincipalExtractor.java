package dev.meshclient.spring.server;

import java.security.cert.X509Certificate;
import org.springframework.security.web.authentication.preauth.x509.X509PrincipalExtractor;

/**
 * Makes the SPIFFE ID of a client certificate the principal of Spring Security:
 * {@code http.x509(x509 -> x509.x509PrincipalExtractor(extractor))}. A certificate without a SPIFFE ID, or with several URIs,
 * gives no principal: the request stays anonymous.
 */
public final class SpiffeIdPrincipalExtractor implements X509PrincipalExtractor {
    @Override
    @SuppressWarnings("NullAway") // its only caller takes null as: no principal
    public Object extractPrincipal(X509Certificate certificate) {
        return InboundAttributes.spiffeId(new X509Certificate[] {certificate});
    }
}
