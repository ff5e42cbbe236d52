package dev.meshclient.spring.test;

import java.security.cert.X509Certificate;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/** The peer of a request of {@code MockMvc}, which has no connection and thus no certificate. */
public final class MeshMockMvc {
    private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";

    private MeshMockMvc() {}

    /**
     * The request comes from a peer with this SPIFFE ID: {@code get("/orders/7").with(peer("spiffe://shop.example/checkout"))}. It has
     * a certificate with this ID, as the server has it after mTLS.
     *
     * @throws IllegalArgumentException if it is no SPIFFE ID
     */
    public static RequestPostProcessor peer(String spiffeId) {
        X509Certificate[] chain = {PeerCertificate.of(spiffeId)};
        return request -> {
            request.setAttribute(CERTIFICATES, chain);
            request.setSecure(true);
            request.setScheme("https");
            return request;
        };
    }
}
