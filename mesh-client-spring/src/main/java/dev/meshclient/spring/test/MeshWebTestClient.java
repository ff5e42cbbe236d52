package dev.meshclient.spring.test;

import org.jspecify.annotations.Nullable;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.server.reactive.SslInfo;
import org.springframework.test.web.reactive.server.MockServerConfigurer;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.reactive.server.WebTestClientConfigurer;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

/** The peer of the requests of a {@code WebTestClient} without a server, which has no connection and thus no certificate. */
public final class MeshWebTestClient {
    private MeshWebTestClient() {}

    /**
     * The requests come from a peer with this SPIFFE ID: {@code client.mutateWith(peer("spiffe://shop.example/checkout"))}. They
     * have a certificate with this ID, as the server has it after mTLS.
     *
     * @throws IllegalArgumentException if it is no SPIFFE ID
     */
    public static Peer peer(String spiffeId) {
        return new Peer(SslInfo.from("", PeerCertificate.of(spiffeId)));
    }

    /** Adds the certificate of a peer to each request, for {@code mutateWith} and {@code apply}. */
    public static final class Peer implements WebTestClientConfigurer, MockServerConfigurer {
        private final SslInfo tls;

        private Peer(SslInfo tls) {
            this.tls = tls;
        }

        @Override
        public void beforeServerCreated(WebHttpHandlerBuilder server) {
            WebFilter peer = (exchange, chain) -> chain.filter(
                    exchange.mutate().request(request -> request.sslInfo(tls)).build());
            server.filters(filters -> filters.add(0, peer)); // before those that authorize
        }

        /** @throws IllegalStateException if the client sends its requests to a server: its connections have a peer of their own */
        @Override
        public void afterConfigurerAdded(
                WebTestClient.Builder client,
                @Nullable WebHttpHandlerBuilder server,
                @Nullable ClientHttpConnector connector) {
            if (server == null) {
                throw new IllegalStateException(
                        "this WebTestClient sends its requests to a server, and the peer is that of its"
                                + " connection: give it a certificate, or bind it to the application context");
            }
            beforeServerCreated(server);
        }
    }
}
