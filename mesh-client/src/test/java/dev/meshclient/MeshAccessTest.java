package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.authz.InboundResult.Status;
import dev.meshclient.registry.MemoryPolicySource;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Authorization of callers and their credentials, on real sockets. */
class MeshAccessTest {
    private final HeldCertificate certificate = new HeldCertificate.Builder()
            .addSubjectAlternativeName("orders")
            .addSubjectAlternativeName("carts")
            .build();
    private final HandshakeCertificates tls = new HandshakeCertificates.Builder()
            .heldCertificate(certificate)
            .addTrustedCertificate(certificate.certificate())
            .build();
    private final MockWebServer orders = new MockWebServer();
    private final MockWebServer carts = new MockWebServer();
    private final OkHttpClient client = new OkHttpClient.Builder()
            .sslSocketFactory(tls.sslSocketFactory(), tls.trustManager())
            .build();
    private final AtomicInteger asked = new AtomicInteger();

    @BeforeEach
    void start() throws IOException {
        orders.useHttps(tls.sslSocketFactory());
        carts.useHttps(tls.sslSocketFactory());
        orders.start();
        carts.start();
    }

    @AfterEach
    void stop() {
        orders.close();
        carts.close();
    }

    private Documents document(String ofOrders, String ofCarts) {
        return Documents.mesh("test")
                .services(
                        Documents.service("orders").endpoint(orders.getPort()).with(ofOrders),
                        Documents.service("carts").endpoint(carts.getPort()).with(ofCarts));
    }

    private Mesh.Builder mesh(String ofOrders, String ofCarts) {
        return Mesh.builder()
                .policy(document(ofOrders, ofCarts).source())
                .token("orders", () -> "token-" + asked.incrementAndGet());
    }

    private static final String WITH_TOKEN =
            "'tls': {'mode': 'SIMPLE'}, 'timeouts': {'connect': '30s'}, 'credentials': {'token': 'orders'}";
    private static final String TLS = "'tls': {'mode': 'SIMPLE'}, 'timeouts': {'connect': '30s'}";

    private Response get(Mesh mesh, String url) throws IOException {
        return mesh.wrap(client).newCall(new Request.Builder().url(url).build()).execute();
    }

    @Test
    void a_call_that_would_be_denied_is_not_made() throws Exception {
        ConcurrentLinkedQueue<AuthorizationEvent> reported = new ConcurrentLinkedQueue<>();
        MeshListener listener = new MeshListener() {
            @Override
            public void on(MeshEvent event) {
                if (event instanceof MeshEvent.AuthorizationDecided decided) {
                    reported.add(decided.decision());
                }
            }
        };
        String policy = "'authorization': [{'name': 'none', 'action': 'ALLOW', 'rules': []}]";
        try (Mesh mesh = mesh(policy, "").listener(listener).build()) {
            AccessDenied e = catchThrowableOfType(AccessDenied.class, () -> get(mesh, "http://orders/a"));

            assertThat(e.policy()).isEqualTo("none");
            assertThat(e.decision().service()).isEqualTo("orders");
            assertThat(Mesh.decision(e).attempts()).isEmpty();
        }
        assertThat(orders.getRequestCount()).isZero();
        assertThat(reported).extracting(AuthorizationEvent::kind).containsExactly(AuthorizationEvent.Kind.DENIED);
    }

    @Test
    void a_token_is_sent_over_tls_and_the_caller_does_not_see_it() throws Exception {
        orders.enqueue(new MockResponse.Builder().build());
        try (Mesh mesh = mesh(WITH_TOKEN, "").build();
                Response response = get(mesh, "http://orders/a")) {
            assertThat(response.request().header("Authorization")).isNull();
            assertThat(Objects.requireNonNull(response.networkResponse())
                            .request()
                            .header("Authorization"))
                    .isNull();
        }
        assertThat(orders.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer token-1");
    }

    @Test
    void each_attempt_has_it() throws Exception {
        orders.enqueue(new MockResponse.Builder().code(503).build());
        orders.enqueue(new MockResponse.Builder().build());
        try (Mesh mesh = mesh(WITH_TOKEN, "").build();
                Response response = get(mesh, "http://orders/a")) {
            assertThat(response.code()).isEqualTo(200);
        }
        assertThat(orders.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer token-1");
        assertThat(orders.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer token-1");
    }

    @Test
    void a_redirect_takes_it_nowhere_else() throws Exception {
        orders.enqueue(new MockResponse.Builder()
                .code(307)
                .addHeader("Location", "http://orders/b")
                .build());
        orders.enqueue(new MockResponse.Builder()
                .code(307)
                .addHeader("Location", "http://carts/c")
                .build());
        carts.enqueue(new MockResponse.Builder().build());
        try (Mesh mesh = mesh(WITH_TOKEN, TLS).build();
                Response response = get(mesh, "http://orders/a")) {
            assertThat(response.request().url()).hasToString("http://carts/c");
        }
        assertThat(orders.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer token-1");
        assertThat(orders.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer token-1");
        assertThat(carts.takeRequest().getHeaders().get("Authorization")).isNull();
    }

    @Test
    void a_rule_that_names_another_service_takes_its_token() throws Exception {
        orders.enqueue(new MockResponse.Builder()
                .code(307)
                .addHeader("Location", "http://orders/carts")
                .build());
        carts.enqueue(new MockResponse.Builder().build());
        String rules = """
                , "rules": [{"matches": [{"path": {"value": "/carts"}}], "backendRefs": [{"name": "carts"}]},
                            {"backendRefs": [{"name": "orders"}]}]
                """;
        try (Mesh mesh = mesh(WITH_TOKEN + rules, TLS).build();
                Response response = get(mesh, "http://orders/a")) {
            assertThat(response.code()).isEqualTo(200);
        }
        assertThat(orders.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer token-1");
        assertThat(carts.takeRequest().getHeaders().get("Authorization"))
                .as("the same host, another service")
                .isNull();
    }

    @Test
    void neither_does_an_https_request_that_is_redirected_carry_it_on() throws Exception {
        orders.enqueue(new MockResponse.Builder()
                .code(307)
                .addHeader("Location", "https://orders/carts")
                .build());
        carts.enqueue(new MockResponse.Builder().build());
        String rules = """
                , "rules": [{"matches": [{"path": {"value": "/carts"}}], "backendRefs": [{"name": "carts"}]},
                            {"backendRefs": [{"name": "orders"}]}]
                """;
        try (Mesh mesh = mesh(WITH_TOKEN + rules, TLS).build();
                Response response = get(mesh, "https://orders/a")) {
            assertThat(response.request().header("Authorization")).isNull();
        }
        assertThat(orders.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer token-1");
        assertThat(carts.takeRequest().getHeaders().get("Authorization")).isNull();
    }

    @Test
    void in_the_clear_nothing_is_sent() throws Exception {
        try (MockWebServer plain = new MockWebServer()) {
            plain.start();
            Documents document = Documents.mesh("test")
                    .services(Documents.service("orders")
                            .endpoint(plain.getPort())
                            .with("'credentials': {'token': 'orders'}"));
            try (Mesh mesh = Mesh.builder()
                    .policy(document.source())
                    .token("orders", () -> "secret")
                    .build()) {
                TokenUnavailable e = catchThrowableOfType(TokenUnavailable.class, () -> get(mesh, "http://orders/a"));

                assertThat(e).hasMessageContaining("not sent in the clear to orders");
                assertThat(e.reason()).isEqualTo("TOKEN");
                assertThat(Mesh.decision(e).attempts()).hasSize(1);
            }
            assertThat(plain.getRequestCount()).isZero();
        }
    }

    // ---- inbound

    @Test
    void nothing_comes_in_before_the_first_policy_nor_without_one_of_ours() throws Exception {
        InboundRequest request = InboundRequest.of("GET", "/").peer(null).build();
        try (Mesh mesh = Mesh.builder()
                .workload(Workload.of("orders"))
                .policy(PolicySource.file(Path.of("/nowhere/policy.json")))
                .build()) {
            assertThat(mesh.inbound().authorize(request).status()).isEqualTo(Status.UNAVAILABLE);
            assertThat(mesh.inbound().authorize(request).reason()).contains("no policy yet");
        }
        try (Mesh mesh = mesh("", "").workload(Workload.of("ordres")).build()) {
            assertThat(mesh.inbound().authorize(request).reason()).contains("policy does not list 'ordres'");
        }
        try (Mesh mesh = mesh("", "").workload(Workload.of("orders")).build()) {
            assertThat(mesh.inbound().authorize(request).isAllowed()).isTrue();
        }
    }

    @Test
    void what_defaults_say_of_access_holds_where_the_service_says_nothing() throws Exception {
        String head = "'defaults': {'authorization': [{'action': 'DENY', 'rules': [{}]}]}";
        InboundRequest request = InboundRequest.of("GET", "/").peer(null).build();
        for (String own : new String[] {"", "'authorization': []"}) {
            try (Mesh mesh = Mesh.builder()
                    .workload(Workload.of("orders"))
                    .policy(document(own, "").with(head).source())
                    .build()) {
                assertThat(mesh.inbound().authorize(request).isAllowed()).isEqualTo(!own.isEmpty());
            }
        }
    }

    @Test
    void a_subset_has_a_token_of_its_own() throws Exception {
        orders.enqueue(new MockResponse.Builder().build());
        String subset = WITH_TOKEN.replace("'orders'", "'nobody'")
                + ", 'subsets': [{'name': 'all', 'labels': {}, 'credentials': {'token': 'orders'}}],"
                + " 'rules': [{'backendRefs': [{'name': 'orders', 'subset': 'all'}]}]";
        try (Mesh mesh = mesh(subset, "").build();
                Response response = get(mesh, "http://orders/")) {
            assertThat(response.code()).isEqualTo(200);
            assertThat(orders.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer token-1");
        }
    }

    @Test
    void a_change_of_policy_holds_for_the_next_request() throws Exception {
        MemoryPolicySource policy = document("", "").source();
        InboundRequest request = InboundRequest.of("GET", "/").peer(null).build();
        try (Mesh mesh =
                Mesh.builder().workload(Workload.of("orders")).policy(policy).build()) {
            assertThat(mesh.inbound().authorize(request).isAllowed()).isTrue();

            policy.update(document("'authorization': [{'action': 'DENY', 'rules': [{}]}]", "")
                    .json());

            assertThat(mesh.inbound().authorize(request).status()).isEqualTo(Status.DENIED);
        }
    }

    /** The other document lists its endpoints alone: by that, everybody would be let in, and calls would be in plaintext. */
    @Test
    void a_service_that_one_of_two_documents_refuses_keeps_its_access_policies_tls_and_endpoints() throws Exception {
        String limit = "'timeouts': {'request': '1s'}, ";
        String good = document(
                        limit + "'authorization': [{'action': 'DENY', 'rules': [{}]}]",
                        limit + "'serviceAccount': 'spiffe://x.example/carts', 'tls': {'mode': 'MESH_MUTUAL'}")
                .json();
        String typo = good.replace("1s", "soon");
        String listed = Documents.mesh("shop")
                .services(
                        Documents.service("orders").endpoint(9),
                        Documents.service("carts").endpoint(9))
                .json();
        InboundRequest request = InboundRequest.of("GET", "/").peer(null).build();
        for (boolean merged : new boolean[] {true, false}) {
            MemoryPolicySource one = PolicySource.lenient(good);
            MemoryPolicySource other = PolicySource.lenient(listed);
            PolicySource both = merged ? PolicySource.merge(one, other) : PolicySource.overlay(other, one);
            try (Mesh mesh =
                    Mesh.builder().workload(Workload.of("orders")).policy(both).build()) {
                int endpoints = endpoints(mesh);
                one.update(typo);

                assertThat(mesh.inbound().authorize(request).status()).isEqualTo(Status.DENIED);
                assertThatThrownBy(() -> get(mesh, "http://carts/")).isInstanceOf(IdentityUnavailable.class);
                assertThat(endpoints(mesh)).isEqualTo(endpoints);
                assertThat(mesh.status().toString())
                        .contains("services.orders is refused and kept", "services.carts is refused and kept", "soon");
            }
        }
    }

    private static int endpoints(Mesh mesh) {
        return Objects.requireNonNull(mesh.status().services().get("carts"))
                .endpoints()
                .size();
    }

    @Test
    void keys_are_fetched_over_http_and_rotated() throws Exception {
        ECKey first = new ECKeyGenerator(Curve.P_256).keyID("1").generate();
        try (MockWebServer issuer = new MockWebServer()) {
            issuer.enqueue(new MockResponse.Builder().code(500).build());
            issuer.enqueue(new MockResponse.Builder()
                    .body(new JWKSet(first.toPublicJWK()).toString())
                    .build());
            issuer.start();
            String head = """
                    "jwtProviders": {"corp": {"issuer": "https://id", "jwksUri": "http://localhost:%d/jwks"}}
                    """.formatted(issuer.getPort());
            String ours = "'requestAuthentication': {'provider': 'corp'}";
            try (Mesh mesh = Mesh.builder()
                    .workload(Workload.of("orders"))
                    .policy(document(ours, "").with(head).source())
                    .build()) {
                InboundRequest request = withToken(token(first));
                // The first fetch fails, and the next may be a second later.
                await().until(() -> mesh.inbound().authorize(request).isAllowed());
                assertThat(mesh.inbound()
                                .authorize(withToken(token(first) + "x"))
                                .status())
                        .isEqualTo(Status.UNAUTHENTICATED);
            }
            assertThat(issuer.getRequestCount()).isEqualTo(2);
        }
    }

    private static InboundRequest withToken(String token) {
        return InboundRequest.of("GET", "/")
                .headers(name -> name.equalsIgnoreCase("authorization") ? "Bearer " + token : null)
                .build();
    }

    private static String token(ECKey key) throws Exception {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
                new JWTClaimsSet.Builder()
                        .issuer("https://id")
                        .subject("ann")
                        .audience(List.of("orders"))
                        .build());
        jwt.sign(new ECDSASigner(key));
        return jwt.serialize();
    }
}
