package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.identity.Svid;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.registry.MemoryPolicySource;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.telemetry.AccessLog;
import dev.meshclient.telemetry.MeshMetrics;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.noop.NoopTimer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The metrics of calls, through OkHttp and real sockets. */
class MeshMetricsTest {
    private final MockWebServer orders = new MockWebServer();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @BeforeEach
    void start() throws IOException {
        orders.start();
    }

    @AfterEach
    void stop() {
        orders.close();
        registry.close();
    }

    private Documents document(String fields) {
        return Documents.mesh("t")
                .services(Documents.service("orders").endpoint(orders.getPort()).with(fields));
    }

    private static Mesh.Builder mesh(Documents document) {
        return Mesh.builder().policy(document.source()).snapshotDirectory(null);
    }

    private static Request request(String host) {
        return new Request.Builder().url("http://" + host + "/a/1").build();
    }

    private static String get(Mesh mesh, String host) throws IOException {
        try (Response response =
                mesh.wrap(new OkHttpClient()).newCall(request(host)).execute()) {
            return response.code() + " " + response.body().string();
        }
    }

    /** The lines of the counts of a timer, in the order of their text. */
    private static String counts(PrometheusMeterRegistry registry, String metric) {
        return registry.scrape()
                .lines()
                .filter(line -> line.startsWith(metric + "_seconds_count"))
                .map(line -> line.substring(metric.length() + "_seconds_count".length()))
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    private String requests() {
        return counts(registry, "mesh_client_requests");
    }

    private String attempts() {
        return counts(registry, "mesh_client_attempts");
    }

    @Test
    void a_call_that_is_retried_is_one_request_and_two_attempts() throws Exception {
        orders.enqueue(new MockResponse.Builder().code(503).build());
        orders.enqueue(new MockResponse.Builder().body("ok").build());
        try (Mesh mesh = mesh(document("")).metrics(registry).build()) {
            assertThat(get(mesh, "orders")).isEqualTo("200 ok");
            assertThat(requests())
                    .isEqualTo(
                            "{backend=\"orders\",method=\"GET\",outcome=\"success\",reason=\"none\",route=\"default\","
                                    + "service=\"orders\",status=\"2xx\"} 1");
            assertThat(attempts())
                    .isEqualTo(
                            "{backend=\"orders\",kind=\"first\",outcome=\"response\",service=\"orders\",status=\"5xx\",zone=\"unknown\"} 1\n"
                                    + "{backend=\"orders\",kind=\"retry\",outcome=\"response\",service=\"orders\",status=\"2xx\",zone=\"unknown\"} 1");
        }
    }

    @Test
    void the_time_of_a_request_includes_its_body_and_that_of_an_attempt_does_not() throws Exception {
        orders.enqueue(new MockResponse.Builder()
                .body("late")
                .bodyDelay(300, TimeUnit.MILLISECONDS)
                .build());
        try (Mesh mesh = mesh(document("")).metrics(registry).build()) {
            Response response =
                    mesh.wrap(new OkHttpClient()).newCall(request("orders")).execute();
            assertThat(attempts()).endsWith(" 1");
            assertThat(requests()).isEmpty();
            response.body().string();
            assertThat(requests()).endsWith(" 1");
            double request = registry.get("mesh.client.requests").timer().totalTime(TimeUnit.MILLISECONDS);
            double attempt = registry.get("mesh.client.attempts").timer().totalTime(TimeUnit.MILLISECONDS);
            assertThat(request - attempt).isGreaterThan(100);
        }
    }

    @Test
    void failures_have_the_reason_that_the_caller_gets() throws Exception {
        Documents document = Documents.mesh("t")
                .services(
                        Documents.service("orders")
                                .endpoint(orders.getPort())
                                .with("'timeouts': {'request': '200ms'}, 'retry': {'attempts': 0}"),
                        Documents.service("empty").endpoints(List.of()),
                        Documents.service("full").endpoint(orders.getPort()).with("'limits': {'maxRequests': 0}"),
                        Documents.service("strict")
                                .endpoint(orders.getPort())
                                .with(
                                        "'rules': [{'name': 'v1', 'backendRefs': [{'name': 'strict'}], 'matches': [{'path': {'type': 'Exact', 'value': '/v1'}}]}]"));
        try (Mesh mesh = mesh(document).claim("lost").metrics(registry).build()) {
            orders.enqueue(new MockResponse.Builder()
                    .headersDelay(20, TimeUnit.SECONDS)
                    .build());
            assertThatThrownBy(() -> get(mesh, "orders")).isInstanceOf(DeadlineExceeded.class);
            orders.enqueue(new MockResponse.Builder()
                    .onRequestStart(new SocketEffect.CloseSocket())
                    .build());
            assertThatThrownBy(() -> get(mesh, "orders")).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> get(mesh, "empty")).isInstanceOf(NoHealthyEndpoint.class);
            assertThatThrownBy(() -> get(mesh, "full")).isInstanceOf(Overloaded.class);
            assertThatThrownBy(() -> get(mesh, "strict")).isInstanceOf(NoRoute.class);
            assertThatThrownBy(() -> get(mesh, "lost")).isInstanceOf(NoRoute.class);
            assertThat(requests().lines().map(line -> line.replaceAll("[{]|method=\"GET\",|status=\"none\"} 1", "")))
                    .containsExactlyInAnyOrder(
                            "backend=\"orders\",outcome=\"deadline\",reason=\"UT\",route=\"default\",service=\"orders\",",
                            "backend=\"orders\",outcome=\"failed\",reason=\"UC\",route=\"default\",service=\"orders\",",
                            "backend=\"empty\",outcome=\"refused\",reason=\"UH\",route=\"default\",service=\"empty\",",
                            "backend=\"full\",outcome=\"refused\",reason=\"UO\",route=\"default\",service=\"full\",",
                            "backend=\"none\",outcome=\"refused\",reason=\"NR\",route=\"none\",service=\"strict\",",
                            "backend=\"none\",outcome=\"refused\",reason=\"NR\",route=\"none\",service=\"unknown\",");
        }
    }

    @Test
    void a_call_that_its_caller_cancels_is_no_failure_of_the_service() throws Exception {
        orders.enqueue(new MockResponse.Builder()
                .body("x".repeat(100_000))
                .throttleBody(1_000, 1, TimeUnit.SECONDS)
                .build());
        try (Mesh mesh = mesh(document("")).metrics(registry).build()) {
            okhttp3.Call call = mesh.wrap(new OkHttpClient()).newCall(request("orders"));
            Response response = call.execute();
            response.body().source().require(1);
            call.cancel();
            response.close();
            assertThat(requests())
                    .contains("outcome=\"cancelled\",reason=\"DC\"")
                    .contains("status=\"2xx\"");
        }
    }

    @Test
    void methods_and_statuses_that_http_does_not_know_share_a_value() throws Exception {
        try (Mesh mesh = mesh(document("")).metrics(registry).build()) {
            for (int i = 0; i < 5; i++) {
                orders.enqueue(new MockResponse.Builder().code(700 + i).build());
                Request odd = request("orders")
                        .newBuilder()
                        .method("BREW" + i, RequestBody.EMPTY)
                        .build();
                mesh.wrap(new OkHttpClient()).newCall(odd).execute().close();
            }
            assertThat(requests().lines())
                    .hasSize(1)
                    .allMatch(line -> line.contains("method=\"_OTHER\"")
                            && line.contains("status=\"_OTHER\"")
                            && line.endsWith(" 5"));
        }
    }

    @Test
    void series_are_removed_with_their_rule_and_their_service() throws Exception {
        orders.enqueue(new MockResponse.Builder().body("1").build());
        orders.enqueue(new MockResponse.Builder().body("2").build());
        orders.enqueue(new MockResponse.Builder().body("3").build());
        Documents first = Documents.mesh("t")
                .services(
                        Documents.service("orders")
                                .endpoint(orders.getPort())
                                .with("'rules': [{'name': 'all', 'backendRefs': [{'name': 'orders'}]}]"),
                        Documents.service("billing").endpoint(orders.getPort()));
        Documents second = Documents.mesh("t")
                .services(Documents.service("orders")
                        .endpoint(orders.getPort())
                        .with("'rules': [{'name': 'renamed', 'backendRefs': [{'name': 'orders'}]}]"));
        MemoryPolicySource source = first.source();
        try (Mesh mesh = Mesh.builder()
                .policy(source)
                .snapshotDirectory(null)
                .staleTtl(java.time.Duration.ZERO)
                .metrics(registry)
                .build()) {
            get(mesh, "orders");
            get(mesh, "billing");
            assertThat(requests()).contains("route=\"all\"").contains("service=\"billing\"");
            source.update(second.json());
            assertThat(requests()).isEmpty();
            assertThat(attempts()).contains("backend=\"orders\"").doesNotContain("billing");
            get(mesh, "orders");
            assertThat(requests()).contains("route=\"renamed\"");
        }
    }

    @Test
    void equal_rules_keep_their_series_over_policies() throws Exception {
        orders.enqueue(new MockResponse.Builder().body("1").build());
        orders.enqueue(new MockResponse.Builder().body("2").build());
        MemoryPolicySource source = document("").source();
        try (Mesh mesh = Mesh.builder()
                .policy(source)
                .snapshotDirectory(null)
                .metrics(registry)
                .build()) {
            get(mesh, "orders");
            source.update(document("'timeouts': {'request': '9s'}").json());
            get(mesh, "orders");
            assertThat(requests()).endsWith(" 2");
        }
    }

    @Test
    void a_closed_mesh_leaves_no_meter() throws Exception {
        orders.enqueue(new MockResponse.Builder().body("1").build());
        try (Mesh mesh = mesh(document("")).metrics(registry).build()) {
            get(mesh, "orders");
            assertThat(registry.getMeters()).isNotEmpty();
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void a_registry_that_throws_harms_no_call() throws Exception {
        orders.enqueue(new MockResponse.Builder().body("1").build());
        orders.enqueue(new MockResponse.Builder().body("2").build());
        MeterRegistry broken = new SimpleMeterRegistry();
        broken.config().meterFilter(new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                throw new IllegalStateException("broken filter");
            }
        });
        try (Mesh mesh = mesh(document("")).metrics(broken).build()) {
            assertThat(get(mesh, "orders")).isEqualTo("200 1");
            assertThat(get(mesh, "orders")).isEqualTo("200 2");
        }
        assertThat(broken.getMeters()).isEmpty();
    }

    @Test
    void a_registry_that_throws_at_each_value_and_each_removal_harms_no_call() throws Exception {
        orders.enqueue(new MockResponse.Builder().body("1").build());
        MeterRegistry broken = new SimpleMeterRegistry() {
            @Override
            protected Timer newTimer(Meter.Id id, DistributionStatisticConfig statistics, PauseDetector pauseDetector) {
                return new NoopTimer(id) {
                    @Override
                    public void record(long amount, TimeUnit unit) {
                        throw new IllegalStateException("broken timer");
                    }
                };
            }

            @Override
            public Meter remove(Meter meter) {
                throw new IllegalStateException("broken removal");
            }
        };
        try (Mesh mesh = mesh(document("")).metrics(broken).build()) {
            assertThat(get(mesh, "orders")).isEqualTo("200 1");
        }
        assertThat(broken.find("mesh.client.requests").timers()).hasSize(1);
    }

    @Test
    void a_filter_that_denies_them_harms_no_call() throws Exception {
        orders.enqueue(new MockResponse.Builder().body("1").build());
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("mesh"));
        try (Mesh mesh = mesh(document("")).metrics(registry).build()) {
            assertThat(get(mesh, "orders")).isEqualTo("200 1");
        }
        assertThat(registry.scrape()).doesNotContain("mesh_");
    }

    @Test
    void meshes_with_names_share_a_registry() throws Exception {
        orders.enqueue(new MockResponse.Builder().body("1").build());
        orders.enqueue(new MockResponse.Builder().body("2").build());
        MeshMetrics metrics = MeshMetrics.bindTo(registry);
        try (Mesh one = mesh(document("")).metrics(metrics.withMesh("one")).build()) {
            try (Mesh two = mesh(document("")).metrics(metrics.withMesh("two")).build()) {
                get(one, "orders");
                get(two, "orders");
                assertThat(requests()).contains("mesh=\"one\"").contains("mesh=\"two\"");
                assertThat(registry.getMeters())
                        .extracting(meter -> meter.getId().getTag("mesh"))
                        .containsOnly("one", "two");
            }
            assertThat(requests()).contains("mesh=\"one\"").doesNotContain("mesh=\"two\"");
        }
    }

    @Test
    void meshes_without_names_do_not_share_a_registry() throws Exception {
        try (Mesh first = mesh(document("")).metrics(registry).build()) {
            assertThat(first.isReady()).isTrue();
            assertThatThrownBy(() -> mesh(document("")).metrics(registry).build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "the registry has the metrics of another mesh without a name: close that mesh first, or give"
                                    + " each a name, MeshMetrics.bindTo(registry).withMesh(\"billing\")");
        }
        mesh(document("")).metrics(registry).build().close();
    }

    @Test
    void a_call_that_its_caller_cancels_while_it_waits_for_policy_is_counted() throws Exception {
        try (Mesh mesh = Mesh.builder()
                .policy(sink -> () -> {}) // never delivers
                .initialFetchTimeout(java.time.Duration.ofMinutes(1))
                .claim("orders")
                .metrics(registry)
                .snapshotDirectory(null)
                .build()) {
            okhttp3.Call call = mesh.wrap(new OkHttpClient()).newCall(request("orders"));
            call.cancel();
            assertThatThrownBy(call::execute).hasMessage("Canceled");
            assertThat(requests())
                    .isEqualTo("{backend=\"none\",method=\"GET\",outcome=\"cancelled\",reason=\"DC\",route=\"none\","
                            + "service=\"unknown\",status=\"none\"} 1");
        }
    }

    @Test
    void a_mesh_that_the_registry_refuses_starts_no_thread() throws Exception {
        List<String> started = new ArrayList<>();
        StepTime time = new StepTime() {
            @Override
            public void start(String name, Runnable task) {
                started.add(name);
            }
        };
        try (Mesh first = mesh(document("")).metrics(registry).build()) {
            assertThat(first.isReady()).isTrue();
            assertThatThrownBy(() -> mesh(document(""))
                            .metrics(registry)
                            .accessLog(AccessLog.json(line -> {}))
                            .time(time)
                            .build())
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThat(started).isEmpty();
    }

    @Test
    void documents_are_counted_by_their_result_and_the_policy_has_an_age() throws Exception {
        MemoryPolicySource source = document("").source();
        try (Mesh mesh = Mesh.builder()
                .policy(source)
                .snapshotDirectory(null)
                .metrics(registry)
                .build()) {
            assertThat(mesh.isReady()).isTrue();
            source.update(document("").json());
            source.update(Documents.mesh("t")
                    .services(
                            Documents.service("orders").endpoint(orders.getPort()),
                            Documents.service("bad").with("'rules': [{'name': 'empty'}]"))
                    .json());
            assertThat(registry.scrape().lines().filter(line -> line.startsWith("mesh_policy_documents_total")))
                    .containsExactlyInAnyOrder(
                            "mesh_policy_documents_total{result=\"applied\"} 1.0",
                            "mesh_policy_documents_total{result=\"unchanged\"} 1.0",
                            "mesh_policy_documents_total{result=\"partly-refused\"} 1.0",
                            "mesh_policy_documents_total{result=\"refused\"} 0.0"); // the first one is an increase
            assertThat(registry.get("mesh.policy.age").gauge().value()).isBetween(0.0, 60.0);
            assertThat(gauge("mesh.policy.confirmed.age")).isZero(); // a policy in memory
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void a_document_that_is_refused_is_counted_and_leaves_the_age_of_the_one_in_force() throws Exception {
        CompletableFuture<PolicySource.Sink> sink = new CompletableFuture<>();
        PolicySource source = watching -> {
            sink.complete(watching);
            return () -> {};
        };
        try (Mesh mesh = Mesh.builder()
                .policy(source)
                .snapshotDirectory(null)
                .metrics(registry)
                .build()) {
            assertThat(gauge("mesh.policy.age")).isNaN();
            assertThat(gauge("mesh.policy.confirmed.age")).isNaN();
            sink.join().deliver(document("").version(2).read());
            assertThat(mesh.isReady()).isTrue();
            assertThatThrownBy(() -> sink.join().deliver(document("").version(1).read()))
                    .isInstanceOf(PolicyException.class);
            assertThat(registry.get("mesh.policy.documents")
                            .tag("result", "refused")
                            .counter()
                            .count())
                    .isEqualTo(1);
            assertThat(gauge("mesh.policy.age")).isBetween(0.0, 60.0);
        }
    }

    @Test
    void each_identity_shows_the_seconds_until_its_certificate_expires() throws Exception {
        TestCertificates root = TestCertificates.root("shop");
        Svid own = root.issue(TestCertificates.svid("spiffe://shop.example/checkout"))
                .svid(root);
        Svid bank = root.issue(TestCertificates.host("client")).svid(root);
        try (Mesh mesh = mesh(document(""))
                .identity(WorkloadIdentity.of(own))
                .certificate("bank", WorkloadIdentity.of(bank))
                .metrics(registry)
                .build()) {
            assertThat(mesh.isReady()).isTrue();
            for (String identity : List.of("workload", "bank")) {
                double left = Duration.between(
                                RealTime.create("clock").wall().instant(),
                                own.leaf().getNotAfter().toInstant())
                        .toSeconds();
                assertThat(gauge("mesh.identity.expiry", "identity", identity))
                        .as(identity)
                        .isBetween(left - 3600, left + 3600);
            }
        }
    }

    @Test
    void changes_of_an_identity_are_counted_by_what_changed() throws Exception {
        TestCertificates root = TestCertificates.root("shop");
        CompletableFuture<WorkloadIdentity.Sink> sink = new CompletableFuture<>();
        WorkloadIdentity source = watching -> {
            sink.complete(watching);
            return () -> {};
        };
        try (Mesh mesh =
                mesh(document("")).certificate("bank", source).metrics(registry).build()) {
            assertThat(mesh.isReady()).isTrue();
            sink.join().deliver(root.issue(TestCertificates.host("client")).svid(root));
            assertThat(registry.find("mesh.identity.rotations").meters()).isEmpty();
            sink.join().deliver(root.issue(TestCertificates.host("client")).svid(root));
            sink.join().deliver(root.issue(TestCertificates.host("client")).svid(root));
            TestCertificates other = TestCertificates.root("other");
            sink.join().deliver(other.issue(TestCertificates.host("client")).svid(other));
            sink.join().failed(new IOException("no certificate"));
            assertThat(registry.scrape().lines().filter(line -> line.startsWith("mesh_identity_rotations_total")))
                    .containsExactlyInAnyOrder(
                            "mesh_identity_rotations_total{identity=\"bank\",kind=\"leaf\",result=\"applied\"} 2.0",
                            "mesh_identity_rotations_total{identity=\"bank\",kind=\"trust\",result=\"applied\"} 1.0",
                            "mesh_identity_rotations_total{identity=\"bank\",kind=\"none\",result=\"refused\"} 1.0");
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void one_series_states_the_policy_in_force() throws Exception {
        MemoryPolicySource source = document("").version(1).source();
        try (Mesh mesh = Mesh.builder()
                .policy(source)
                .snapshotDirectory(null)
                .metrics(registry)
                .build()) {
            String first = mesh.policyRevision();
            assertThat(info()).containsExactly(first);
            source.update(document("").version(1).json());
            source.update(document("").version(2).json());
            assertThat(mesh.policyRevision()).isNotEqualTo(first);
            assertThat(info()).containsExactly(mesh.policyRevision());
            assertThatThrownBy(() -> source.update("{}")).isInstanceOf(PolicyException.class);
            assertThat(info()).containsExactly(mesh.policyRevision());
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    private List<String> info() {
        return registry.find("mesh.policy.info").tags("freshness", "live").gauges().stream()
                .peek(gauge -> assertThat(gauge.value()).isEqualTo(1))
                .map(gauge -> String.valueOf(gauge.getId().getTag("revision")))
                .toList();
    }

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    private double bytes(String direction) {
        return registry.get("mesh.client.traffic.bytes")
                .tags("service", "orders", "direction", direction, "zone", "unknown")
                .functionCounter()
                .count();
    }

    @Test
    void live_state_is_shown_until_its_service_is_removed() throws Exception {
        orders.enqueue(new MockResponse.Builder().body("ok").build());
        MemoryPolicySource source = Documents.mesh("t")
                .services(Documents.service("orders")
                        .endpoint(orders.getPort())
                        .endpoint("192.0.2.1", 80, "'health': 'UNHEALTHY'")
                        .endpoint("192.0.2.2", 80, "'health': 'DRAINING'"))
                .source();
        try (Mesh mesh = Mesh.builder()
                .policy(source)
                .snapshotDirectory(null)
                .staleTtl(java.time.Duration.ZERO)
                .metrics(registry)
                .build()) {
            assertThat(gauge("mesh.client.endpoints", "service", "orders", "state", "usable"))
                    .isEqualTo(1);
            assertThat(registry.find("mesh.client.traffic.bytes").meters()).isEmpty();
            Request post = new Request.Builder()
                    .url("http://orders/")
                    .post(okhttp3.RequestBody.create(new byte[5]))
                    .build();
            try (Response response = mesh.wrap(new OkHttpClient()).newCall(post).execute()) {
                assertThat(gauge("mesh.client.in.flight", "backend", "orders")).isEqualTo(1);
                assertThat(response.body().string()).isEqualTo("ok");
            }
            assertThat(gauge("mesh.client.in.flight", "backend", "orders")).isZero();
            for (String state : List.of("usable", "unhealthy", "draining")) {
                assertThat(gauge("mesh.client.endpoints", "service", "orders", "state", state))
                        .as(state)
                        .isEqualTo(1);
            }
            for (String state : List.of("ejected", "probing")) {
                assertThat(gauge("mesh.client.endpoints", "service", "orders", "state", state))
                        .as(state)
                        .isZero();
            }
            assertThat(bytes("sent")).isEqualTo(5);
            assertThat(bytes("received")).isEqualTo(2);

            source.update(Documents.mesh("t").services("'orders': null").json());
            assertThat(registry.getMeters())
                    .extracting(meter -> meter.getId().getName())
                    .doesNotContain("mesh.client.in.flight", "mesh.client.endpoints", "mesh.client.traffic.bytes");
        }
    }

    @Test
    void an_ejected_endpoint_is_counted_as_such() throws Exception {
        for (int i = 0; i < 5; i++) {
            orders.enqueue(new MockResponse.Builder().code(503).build());
        }
        try (Mesh mesh = mesh(document("'retry': {'attempts': 0}, 'outlierDetection': {'maxEjectionPercent': 100}"))
                .metrics(registry)
                .build()) {
            for (int i = 0; i < 5; i++) {
                get(mesh, "orders");
            }
            assertThat(gauge("mesh.client.endpoints", "service", "orders", "state", "ejected"))
                    .isEqualTo(1);
            assertThat(gauge("mesh.client.endpoints", "service", "orders", "state", "usable"))
                    .isZero();
        }
    }

    @Test
    void live_state_goes_on_over_policies() throws Exception {
        orders.enqueue(new MockResponse.Builder().body("1").build());
        orders.enqueue(new MockResponse.Builder().body("22").build());
        MemoryPolicySource source = document("").source();
        try (Mesh mesh = Mesh.builder()
                .policy(source)
                .snapshotDirectory(null)
                .metrics(registry)
                .build()) {
            get(mesh, "orders");
            source.update(document("'timeouts': {'request': '9s'}").json());
            get(mesh, "orders");
            assertThat(bytes("received")).isEqualTo(3);
        }
    }
}
