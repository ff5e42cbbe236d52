package dev.meshclient.spring.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.server.WebFluxServer;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.SslInfo;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.WebHandler;
import reactor.core.publisher.Mono;

class PeerTest {
    private static final String CHECKOUT = "spiffe://shop.example/ns/prod/sa/checkout";

    @RestController
    static class Servlet {
        @GetMapping("/peer")
        String peer(@RequestAttribute("jakarta.servlet.request.X509Certificate") X509Certificate[] chain)
                throws CertificateParsingException {
            return names(chain);
        }
    }

    private static String names(X509Certificate @Nullable [] chain) throws CertificateParsingException {
        return chain == null
                ? "none"
                : chain[0].getSubjectAlternativeNames().stream()
                        .map(name -> name.get(0) + " " + name.get(1))
                        .toList()
                        .toString();
    }

    @Test
    void a_mock_request_has_the_certificate_of_the_peer() {
        MockMvcTester mvc = MockMvcTester.of(new Servlet());
        assertThat(mvc.perform(get("/peer").with(MeshMockMvc.peer(CHECKOUT))))
                .hasStatusOk()
                .hasBodyTextEqualTo(List.of("6 " + CHECKOUT).toString());
    }

    @Test
    void a_web_test_client_without_a_server_has_it_for_each_request() {
        WebTestClient client = WebTestClient.bindToWebHandler(exchange -> {
                    SslInfo tls = exchange.getRequest().getSslInfo();
                    try {
                        byte[] body = names(tls == null ? null : tls.getPeerCertificates())
                                .getBytes(StandardCharsets.UTF_8);
                        exchange.getResponse().getHeaders().setContentType(MediaType.TEXT_PLAIN);
                        return exchange.getResponse()
                                .writeWith(Mono.just(
                                        exchange.getResponse().bufferFactory().wrap(body)));
                    } catch (CertificateParsingException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .build();
        assertThat(body(client)).isEqualTo("none");
        assertThat(body(client.mutateWith(MeshWebTestClient.peer(CHECKOUT)))).isEqualTo("[6 " + CHECKOUT + "]");
    }

    @Test
    void the_filter_of_webflux_decides_by_the_peer_whether_the_mesh_has_an_identity_or_not() {
        decidesByThePeer(sink -> () -> {});
        decidesByThePeer(null);
    }

    private static void decidesByThePeer(@Nullable WorkloadIdentity identity) {
        String policy = """
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop"}, "services": {
                  "orders": {"hosts": ["orders"], "authorization": [{"name": "checkout-only", "action": "ALLOW",
                    "rules": [{"from": [{"source": {"principals": ["shop.example/ns/prod/sa/checkout"]}}]}]}]}}}
                """;
        new ReactiveWebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(MeshAutoConfiguration.class, WebFluxServer.AUTO_CONFIGURATION))
                .withBean(PolicySource.class, () -> PolicySource.of(policy))
                .withBean(WorkloadIdentity.class, () -> identity)
                .withBean(
                        "webHandler",
                        WebHandler.class,
                        () -> exchange -> exchange.getResponse().setComplete())
                .withPropertyValues("mesh.service=orders", "mesh.server.authorization=enforce")
                .run(context -> {
                    WebTestClient client = WebTestClient.bindToApplicationContext(context.getSourceApplicationContext())
                            .build();
                    WebTestClient peer = client.mutateWith(MeshWebTestClient.peer(CHECKOUT));
                    peer.get().uri("/").exchange().expectStatus().isOk();
                    client.mutateWith(MeshWebTestClient.peer("spiffe://shop.example/reports"))
                            .get()
                            .uri("/")
                            .exchange()
                            .expectStatus()
                            .isForbidden();
                });
    }

    private static @Nullable String body(WebTestClient client) {
        return client.get()
                .uri("/peer")
                .exchange()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();
    }

    @Test
    void a_web_test_client_of_a_server_is_refused() {
        WebTestClient client =
                WebTestClient.bindToServer().baseUrl("http://127.0.0.1:1").build();
        MeshWebTestClient.Peer peer = MeshWebTestClient.peer(CHECKOUT);
        assertThatThrownBy(() -> client.mutateWith(peer))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("sends its requests to a server");
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkout", "https://shop.example/checkout", "spiffe://", ""})
    void a_peer_without_a_spiffe_id_is_refused(String id) {
        assertThatThrownBy(() -> MeshMockMvc.peer(id)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MeshWebTestClient.peer(id)).isInstanceOf(IllegalArgumentException.class);
    }
}
