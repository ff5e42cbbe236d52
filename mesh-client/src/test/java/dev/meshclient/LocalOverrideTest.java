package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.registry.MemoryPolicySource;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A service of the platform's policy that runs on the developer's machine. */
class LocalOverrideTest {
    /** With all that stands between a developer and his process: mutual TLS, subsets, rules, zones, access policies, tokens. */
    private static final String PLATFORM = """
            {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy",
             "metadata": {"mesh": "shop", "version": 7}, "trustDomain": "shop.example",
             "defaults": {"tls": {"mode": "MESH_MUTUAL"}, "credentials": {"token": "corp"}, "timeouts": {"connect": "30s"}},
             "services": {
               "orders": {
                 "hosts": ["orders", "orders.prod.svc.cluster.local:80"],
                 "endpoints": [
                   {"address": "192.0.2.1", "port": 8080, "labels": {"version": "v1"}, "tlsMode": "mesh", "locality": "eu/a"},
                   {"address": "192.0.2.2", "port": 8080, "labels": {"version": "v2"}, "health": "DRAINING"}],
                 "subsets": [
                   {"name": "v1", "labels": {"version": "v1"}},
                   {"name": "v2", "labels": {"version": "v2"},
                    "tls": {"mode": "MESH_MUTUAL", "subjectAltNames": ["spiffe://shop.example/v2"]}}],
                 "rules": [
                   {"name": "canary", "matches": [{"path": {"value": "/canary"}}],
                    "backendRefs": [{"name": "orders", "subset": "v2"}]},
                   {"name": "legacy", "matches": [{"path": {"value": "/legacy"}}], "backendRefs": [{"name": "monolith"}]},
                   {"name": "default", "backendRefs": [{"name": "orders", "subset": "v1"}]}],
                 "localityLbSetting": {"distribute": [{"from": "eu/*", "to": {"us/b": 100}}]},
                 "authorization": [{"action": "ALLOW", "rules": [{"from": [{"source": {"principals": ["shop.example/web"]}}]}]}]},
               "monolith": {"hosts": ["monolith"], "endpoints": [{"address": "192.0.2.3", "port": 80}]},
               "shop": {"hosts": ["shop"], "endpoints": [{"address": "192.0.2.4", "port": 80}],
                        "rules": [{"backendRefs": [{"name": "orders", "subset": "v2"}]}]}}}
            """;

    private final MockWebServer local = new MockWebServer();

    @BeforeEach
    void start() {
        local.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return new MockResponse.Builder()
                        .body(request.getHeaders().get("Host")
                                + request.getTarget()
                                + request.getHeaders().get("Authorization"))
                        .build();
            }
        });
    }

    @AfterEach
    void stop() {
        local.close();
    }

    private String url() throws IOException {
        local.start();
        return "http://localhost:" + local.getPort();
    }

    private static Mesh mesh(PolicySource source) {
        return Mesh.builder()
                .policy(source)
                .workload(Workload.of("web").zone("eu/a"))
                .build();
    }

    private static String get(Mesh mesh, OkHttpClient client, String url) throws IOException {
        try (Response response = mesh.wrap(client)
                .newCall(new Request.Builder().url(url).build())
                .execute()) {
            return response.body().string() + " " + Mesh.decision(response).rule();
        }
    }

    private static String get(Mesh mesh, String url) throws IOException {
        return get(mesh, new OkHttpClient(), url);
    }

    @Test
    void all_calls_to_the_service_reach_the_url_with_the_rules_of_the_policy() throws Exception {
        try (Mesh mesh = mesh(PolicySource.override("orders", url(), PolicySource.of(PLATFORM)))) {
            assertThat(get(mesh, "http://orders/7")).isEqualTo("orders/7null default");
            assertThat(get(mesh, "http://orders/canary")).isEqualTo("orders/canarynull canary");
            assertThat(get(mesh, "http://orders/legacy")).isEqualTo("orders/legacynull legacy");
            assertThat(get(mesh, "http://orders.prod.svc.cluster.local/7"))
                    .isEqualTo("orders.prod.svc.cluster.local/7null default");
            assertThat(get(mesh, "http://shop/")).isEqualTo("shop/null #0");
            assertThat(mesh.status().revision()).isEqualTo("version 7");
            assertThat(mesh.status().source()).startsWith("PolicySource.override(orders, http://localhost:");
        }
    }

    @Test
    void all_other_services_stay_as_the_policy_has_them() throws Exception {
        try (Mesh mesh = mesh(PolicySource.override("orders", url(), PolicySource.of(PLATFORM)))) {
            assertThat(Objects.requireNonNull(mesh.status().services().get("monolith"))
                            .endpoints())
                    .extracting(MeshStatus.Endpoint::address)
                    .containsExactly("192.0.2.3:80");
            assertThatThrownBy(() -> get(mesh, "http://monolith/"))
                    .as("its token, by the defaults of the policy")
                    .isInstanceOf(TokenUnavailable.class);
        }
    }

    @Test
    void an_override_stays_when_the_policy_changes_and_needs_no_service_in_it() throws Exception {
        String bad =
                PLATFORM.replace("\"hosts\": [\"orders\", \"orders.prod.svc.cluster.local:80\"]", "\"hosts\": [7]");
        MemoryPolicySource platform = PolicySource.lenient(bad);
        try (Mesh mesh = mesh(PolicySource.override("orders", url(), platform))) {
            assertThat(get(mesh, "http://orders/7")).startsWith("orders/7null");
            for (String other : List.of(
                    Documents.mesh("shop").version(9).services("'orders': null").json(),
                    Documents.mesh("shop").version(10).json())) {
                platform.update(other);
                assertThat(get(mesh, "http://orders/7")).startsWith("orders/7null");
            }
            assertThat(mesh.status().revision()).isEqualTo("version 10");
        }
    }

    @Test
    void an_https_url_is_called_with_the_trust_of_the_client() throws Exception {
        HeldCertificate held = new HeldCertificate.Builder()
                .addSubjectAlternativeName("localhost")
                .build();
        HandshakeCertificates certificates = new HandshakeCertificates.Builder()
                .heldCertificate(held)
                .addTrustedCertificate(held.certificate())
                .build();
        local.useHttps(certificates.sslSocketFactory());
        OkHttpClient client = new OkHttpClient.Builder()
                .protocols(List.of(Protocol.HTTP_1_1))
                .sslSocketFactory(certificates.sslSocketFactory(), certificates.trustManager())
                .build();
        try (Mesh mesh =
                mesh(PolicySource.override("orders", url().replace("http:", "https:"), PolicySource.of(PLATFORM)))) {
            assertThat(get(mesh, client, "http://orders/7")).isEqualTo("orders/7null default");
        }
    }

    @Test
    void the_system_property_needs_no_change_of_the_program() throws Exception {
        System.setProperty("mesh.override", "orders=" + url() + " , by-property=http://localhost:" + local.getPort());
        try (Mesh mesh = mesh(PolicySource.of(PLATFORM))) {
            assertThat(get(mesh, "http://orders/7")).startsWith("orders/7null");
            assertThat(get(mesh, "http://by-property/7")).startsWith("by-property/7null");
        } finally {
            System.clearProperty("mesh.override");
        }
    }

    @Test
    void a_snapshot_with_an_override_is_not_that_of_the_policy() throws Exception {
        String url = url();
        PolicySource registry = PolicySource.http(URI.create(url + "/policy"));
        assertThat(PolicySource.override("orders", url, registry).snapshotName())
                .isNotEqualTo(registry.snapshotName())
                .contains(registry.snapshotName());
        assertThat(PolicySource.override("orders", url, PolicySource.of(PLATFORM))
                        .snapshotName())
                .isEmpty();
    }

    @Test
    void a_subset_without_endpoints_is_named_with_its_labels() throws Exception {
        Documents.Service orders = Documents.service("orders")
                .endpoint(8081)
                .with("'subsets': [{'name': 'v1', 'labels': {'version': 'v1', 'tier': 'gold'}}]")
                .with("'rules': [{'backendRefs': [{'name': 'orders', 'subset': 'v1'}]}]");
        try (Mesh mesh = mesh(Documents.mesh("shop").services(orders).source())) {
            assertThatThrownBy(() -> get(mesh, "http://orders/7"))
                    .isInstanceOf(NoHealthyEndpoint.class)
                    .hasMessageContaining(
                            "no endpoint of 'orders/v1' admits calls: 1 endpoint, none labelled tier=gold, version=v1;"
                                    + " see endpoints[].labels and subsets[].labels in the policy");
        }
    }
}
