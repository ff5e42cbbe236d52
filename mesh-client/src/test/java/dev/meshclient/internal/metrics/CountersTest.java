package dev.meshclient.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.MeshOptions;
import dev.meshclient.MeshStatus.From;
import dev.meshclient.Workload;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.identity.Svid;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.endpoint.EjectionDetector;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.identity.PeerFault;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.telemetry.MeshMetrics;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Counters beside calls, and the facts of policy and state, on one thread. */
class CountersTest {
    private static final long SECOND = 1_000_000_000L;
    private static final String TWO =
            "'endpoints': [{'address': '10.0.0.1', 'port': 80}, {'address': '10.0.0.2', 'port': 80}]";
    private static final String EJECTS =
            ", 'retry': {'attempts': 0}, 'outlierDetection': {'maxEjectionPercent': 100, 'minHealthPercent': 0";
    private static final RequestBody ONE_SHOT = new RequestBody() {
        @Override
        public @Nullable MediaType contentType() {
            return null;
        }

        @Override
        public void writeTo(BufferedSink sink) {}

        @Override
        public boolean isOneShot() {
            return true;
        }
    };

    private final StepTime time = new StepTime();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Meters meters = Meters.of(time, MeshMetrics.bindTo(registry), Workload.unknown(), () -> null);
    private final Router router = Router.withoutNames(
            time,
            Workload.of("shop"),
            new Telemetry(Events.none(time), meters),
            new EntrySettings(List.of(), true, Duration.ZERO),
            Duration.ZERO);

    private void apply(String services) throws IOException {
        router.control().apply(Documents.mesh("m").services(services).read());
    }

    private static String orders(String fields) {
        return "'orders': {'hosts': ['orders'], " + TWO + fields + "}";
    }

    private void call(Request request, MeshOptions options, Wire wire) {
        if (router.admit("orders", 80) instanceof Admission.Ours ours) {
            Call call = new Call(time, request, options, wire);
            try {
                call.run(ours.layers()).close();
            } catch (IOException expected) {
                assertThat(call.failure()).isSameAs(expected);
            }
        }
    }

    private void call(Request request, int status, String... headers) {
        call(request, MeshOptions.DEFAULT, attempt -> Calls.respond(attempt, status, headers));
    }

    /** The lines of a metric as Prometheus reads them, in the order of their text. */
    private String lines(String name) {
        return registry.scrape()
                .lines()
                .filter(line -> line.startsWith(name))
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    private List<Meter> of(String metric) {
        return List.copyOf(registry.find(metric).meters());
    }

    private double gauge(String metric, String... tags) {
        return registry.get(metric).tags(tags).gauge().value();
    }

    // ---- retries

    @Test
    void each_reason_against_a_retry_is_counted_once_a_call() throws IOException {
        apply(orders(", 'retry': {'attempts': 1, 'codes': [429, 503]},"
                + " 'retryConstraint': {'budget': {'percent': 0}, 'minRetryRate': {'count': 0}}"));
        call(Calls.get(), 503);
        call(Calls.post(), 503);
        call(Calls.post(), 503);
        call(Calls.get().newBuilder().put(ONE_SHOT).build(), 503);
        call(Calls.get(), 429, "Retry-After", "301");
        call(Calls.get(), MeshOptions.DEFAULT.withTimeout(Duration.ofNanos(1)), attempt -> Calls.respond(attempt, 503));
        assertThat(lines("mesh_client_retries_refused_total")).isEqualTo("""
                        mesh_client_retries_refused_total{backend="orders",why="body"} 1.0
                        mesh_client_retries_refused_total{backend="orders",why="budget"} 1.0
                        mesh_client_retries_refused_total{backend="orders",why="deadline"} 1.0
                        mesh_client_retries_refused_total{backend="orders",why="retry-after"} 1.0
                        mesh_client_retries_refused_total{backend="orders",why="unsafe"} 2.0""");
    }

    @Test
    void what_the_policy_does_not_retry_is_no_refused_retry() throws IOException {
        apply(orders(", 'retry': {'attempts': 1}"));
        call(Calls.get(), 200);
        call(Calls.get(), 500);
        call(Calls.post(), 500);
        call(Calls.get(), MeshOptions.DEFAULT.withoutRetries(), attempt -> Calls.respond(attempt, 503));
        call(Calls.get(), 503, "x-mesh-no-retry", "1");
        assertThat(of("mesh.client.retries.refused")).isEmpty();
    }

    @Test
    void the_budget_shows_the_retries_that_are_left() throws IOException {
        apply(orders(", 'retry': {'attempts': 1}, 'retryConstraint': {'budget': {'percent': 50, 'interval': '10s'},"
                + " 'minRetryRate': {'count': 2, 'interval': '1s'}}"));
        call(Calls.get(), 200);
        assertThat(lines("mesh_client_retry_budget"))
                .isEqualTo("mesh_client_retry_budget_available_retries{backend=\"orders\"} 2.0");
        for (int i = 0; i < 9; i++) {
            call(Calls.get(), 200);
        }
        assertThat(gauge("mesh.client.retry.budget.available")).isEqualTo(5); // a half of ten requests
        for (int i = 0; i < 4; i++) {
            call(Calls.get(), 503);
        }
        assertThat(gauge("mesh.client.retry.budget.available")).isEqualTo(3); // a half of fourteen, less four
        apply(orders(", 'retry': {'attempts': 1}, 'retryConstraint': {'budget': {'percent': 100, 'interval': '10s'},"
                + " 'minRetryRate': {'count': 2, 'interval': '1s'}}"));
        assertThat(gauge("mesh.client.retry.budget.available")).isEqualTo(10); // of the policy in force
        time.step(60 * SECOND);
        assertThat(gauge("mesh.client.retry.budget.available")).isEqualTo(2);
        apply("'orders': null");
        assertThat(of("mesh.client.retry.budget.available")).isEmpty();
    }

    // ---- shadow sections

    @Test
    void what_shadow_sections_would_have_done_is_counted_and_not_done() throws IOException {
        apply(orders(", 'retry': {'attempts': 1}, 'limits': {'maxRequests': 0, 'shadow': true},"
                + " 'retryConstraint': {'budget': {'percent': 0}, 'minRetryRate': {'count': 0}, 'shadow': true},"
                + " 'authorization': [{'name': 'reads', 'action': 'ALLOW', 'shadow': true,"
                + " 'rules': [{'to': [{'operation': {'methods': ['GET']}}]}]}]"));
        List<Integer> attempts = new ArrayList<>();
        Wire fails = attempt -> {
            attempts.add(attempt.number());
            return Calls.respond(attempt, 503);
        };
        call(Calls.get(), MeshOptions.DEFAULT, fails);
        call(Calls.post(), MeshOptions.DEFAULT, fails);
        assertThat(attempts).containsExactly(1, 2, 1);
        assertThat(lines("mesh_client_shadow")).isEqualTo("""
                        mesh_client_shadow_total{policy="authorization",service="orders",would="deny"} 1.0
                        mesh_client_shadow_total{policy="limits",service="orders",would="refuse"} 2.0
                        mesh_client_shadow_total{policy="retryConstraint",service="orders",would="refuse-retry"} 1.0""");
        assertThat(lines("mesh_client_retries_refused_total")).isEqualTo("""
                        mesh_client_retries_refused_total{backend="orders",why="unsafe"} 1.0""");
        assertThat(gauge("mesh.client.retry.budget.available")).isZero();
        apply("'orders': null");
        assertThat(of("mesh.client.shadow")).isEmpty();
        meters.calls("orders", "default", "orders")
                .shadow("orders", ShadowAction.EJECT); // by an attempt that ends later
        assertThat(of("mesh.client.shadow")).isEmpty();
    }

    /** Rules are those of the service that is called, limits those of the service whose endpoints are used. */
    @Test
    void a_section_is_counted_for_the_service_that_states_it() throws IOException {
        apply("'orders': {'hosts': ['orders'], 'rules': [{'backendRefs': [{'name': 'stock'}]}], 'endpoints': []},"
                + "'stock': {'hosts': ['stock'], 'limits': {'maxRequests': 0, 'shadow': true}, " + TWO + "}");
        call(Calls.get(), MeshOptions.DEFAULT, attempt -> {
            attempt.call().recordShadow(ShadowAction.NOT_RETRY, "in a test");
            return Calls.respond(attempt, 200);
        });
        assertThat(lines("mesh_client_shadow")).isEqualTo("""
                        mesh_client_shadow_total{policy="limits",service="stock",would="refuse"} 1.0
                        mesh_client_shadow_total{policy="retry",service="orders",would="not-retry"} 1.0""");
    }

    // ---- endpoints

    @Test
    void an_ejection_is_counted_with_its_detector() throws IOException {
        apply(orders(EJECTS + ", 'consecutive5xxErrors': 2, 'consecutiveLocalOriginFailures': 2}"));
        for (int i = 0; i < 3; i++) {
            call(Calls.get(), 503);
        }
        for (int i = 0; i < 2; i++) {
            call(Calls.get(), MeshOptions.DEFAULT, attempt -> {
                throw Calls.fail(attempt, Outcome.RESET);
            });
        }
        time.step(120 * SECOND);
        call(Calls.get(), 503); // a failed probe extends an ejection
        assertThat(lines("mesh_client_ejections_total")).isEqualTo("""
                        mesh_client_ejections_total{detector="consecutive-5xx-errors",service="orders"} 1.0
                        mesh_client_ejections_total{detector="consecutive-local-origin-failures",service="orders"} 1.0""");
        apply("'orders': null");
        assertThat(of("mesh.client.ejections")).isEmpty();
        meters.ejected("orders", EjectionDetector.SUCCESS_RATE); // by an attempt that ends later
        assertThat(of("mesh.client.ejections")).isEmpty();
    }

    @Test
    void a_service_that_returns_is_counted_anew() throws IOException {
        for (int i = 0; i < 2; i++) {
            apply(orders(EJECTS + ", 'consecutive5xxErrors': 1}") + ", 'stock': {'hosts': ['stock'], " + TWO + "}");
            call(Calls.get(), 503);
            call(Calls.post(), 503); // the other endpoint
            assertThat(lines("mesh_client_ejections_total"))
                    .isEqualTo(
                            "mesh_client_ejections_total{detector=\"consecutive-5xx-errors\",service=\"orders\"} 2.0");
            apply("'stock': {'hosts': ['stock'], " + TWO + "}");
        }
    }

    @Test
    void refused_retries_leave_with_their_backend() throws IOException {
        apply(orders(", 'retry': {'attempts': 1}"));
        call(Calls.post(), 503);
        assertThat(of("mesh.client.retries.refused")).hasSize(1);
        apply("'orders': null");
        assertThat(of("mesh.client.retries.refused")).isEmpty();
    }

    @Test
    void endpoints_that_no_backend_calls_are_unused() throws IOException {
        String endpoints = "'endpoints': [{'address': '10.0.0.1', 'port': 80}, {'address': '10.0.0.2', 'port': 80},"
                + " {'address': '10.0.0.3', 'port': 80}, {'address': '10.0.0.4', 'port': 80, 'weight': 0}]";
        String subset = ", 'loadBalancer': {'simple': 'RANDOM', 'subsetSize': 1}";
        apply("'orders': {'hosts': ['orders'], " + endpoints + subset + "}");
        assertThat(gauge("mesh.client.endpoints", "state", "usable")).isEqualTo(1);
        assertThat(gauge("mesh.client.endpoints", "state", "unused")).isEqualTo(3);
        time.step(SECOND);
        apply("'orders': {'hosts': ['orders'], " + endpoints + "}");
        assertThat(gauge("mesh.client.endpoints", "state", "usable")).isEqualTo(3);
        assertThat(gauge("mesh.client.endpoints", "state", "unused")).isEqualTo(1);
    }

    @Test
    void an_endpoint_that_returned_is_in_slow_start_for_half_a_minute() throws IOException {
        apply("'orders': {'hosts': ['orders'], 'endpoints': [{'address': '10.0.0.1', 'port': 80}]" + EJECTS + "}}");
        for (int i = 0; i < 5; i++) {
            call(Calls.get(), 503);
        }
        time.step(120 * SECOND);
        call(Calls.get(), 200);
        assertThat(gauge("mesh.client.endpoints", "state", "slow-start")).isEqualTo(1);
        assertThat(gauge("mesh.client.endpoints", "state", "usable")).isZero();
        time.step(30 * SECOND - 1);
        assertThat(gauge("mesh.client.endpoints", "state", "slow-start")).isEqualTo(1);
        time.step(SECOND);
        assertThat(gauge("mesh.client.endpoints", "state", "slow-start")).isZero();
        assertThat(gauge("mesh.client.endpoints", "state", "usable")).isEqualTo(1);
    }

    @Test
    void a_new_endpoint_is_in_slow_start_as_long_as_its_warm_up_lasts() throws IOException {
        String warmup = ", 'loadBalancer': {'simple': 'RANDOM', 'warmup': {'duration': '1m'}}";
        String first = "{'address': '10.0.0.1', 'port': 80}";
        String more =
                "'orders': {'hosts': ['orders'], 'endpoints': [" + first + ", {'address': '10.0.0.2', 'port': 80}]";
        apply("'orders': {'hosts': ['orders'], 'endpoints': [" + first + "]" + warmup + "}");
        time.step(SECOND);
        assertThat(gauge("mesh.client.endpoints", "state", "slow-start")).isZero();
        apply(more + warmup + "}");
        time.step(60 * SECOND - 1);
        assertThat(gauge("mesh.client.endpoints", "state", "slow-start")).isEqualTo(1);
        apply(more + "}");
        time.step(SECOND);
        assertThat(gauge("mesh.client.endpoints", "state", "slow-start")).isZero();
        assertThat(gauge("mesh.client.endpoints", "state", "usable")).isEqualTo(2);
    }

    @Test
    void a_service_that_never_had_an_endpoint_is_shown_before_its_first_call() throws IOException {
        apply("'orders': {'hosts': ['orders'], 'endpoints': []}, 'stock': {'hosts': ['stock'], " + TWO + "}");
        assertThat(lines("mesh_client_")).isEqualTo("""
                        mesh_client_endpoints{service="orders",state="degraded"} 0.0
                        mesh_client_endpoints{service="orders",state="draining"} 0.0
                        mesh_client_endpoints{service="orders",state="ejected"} 0.0
                        mesh_client_endpoints{service="orders",state="probing"} 0.0
                        mesh_client_endpoints{service="orders",state="slow-start"} 0.0
                        mesh_client_endpoints{service="orders",state="unhealthy"} 0.0
                        mesh_client_endpoints{service="orders",state="unused"} 0.0
                        mesh_client_endpoints{service="orders",state="usable"} 0.0
                        mesh_client_endpoints{service="stock",state="degraded"} 0.0
                        mesh_client_endpoints{service="stock",state="draining"} 0.0
                        mesh_client_endpoints{service="stock",state="ejected"} 0.0
                        mesh_client_endpoints{service="stock",state="probing"} 0.0
                        mesh_client_endpoints{service="stock",state="slow-start"} 0.0
                        mesh_client_endpoints{service="stock",state="unhealthy"} 0.0
                        mesh_client_endpoints{service="stock",state="unused"} 0.0
                        mesh_client_endpoints{service="stock",state="usable"} 2.0""");
        call(Calls.get(), 200);
        assertThat(lines("mesh_client_requests_seconds_count")).contains("reason=\"UH\"");
        apply("'orders': null, 'stock': {'hosts': ['stock'], 'resolution': 'NONE'}");
        assertThat(of("mesh.client.endpoints")).isEmpty();
    }

    @Test
    void an_endpoint_of_weight_0_is_unused() throws IOException {
        apply("'orders': {'hosts': ['orders'], 'endpoints': [{'address': '10.0.0.1', 'port': 80},"
                + " {'address': '10.0.0.2', 'port': 80, 'weight': 0}]}");
        call(Calls.get(), 200);
        assertThat(gauge("mesh.client.endpoints", "state", "usable")).isEqualTo(1);
        assertThat(gauge("mesh.client.endpoints", "state", "unused")).isEqualTo(1);
    }

    @Test
    void a_service_without_listed_endpoints_shows_no_endpoints_and_no_traffic() throws IOException {
        apply("'orders': {'hosts': ['orders'], 'resolution': 'NONE'}");
        call(Calls.get(), 200);
        assertThat(of("mesh.client.attempts")).hasSize(1);
        assertThat(of("mesh.client.in.flight")).hasSize(1);
        assertThat(of("mesh.client.endpoints")).isEmpty();
        assertThat(of("mesh.client.traffic.bytes")).isEmpty();
        apply(orders("")); // the same service, now with endpoints
        call(Calls.post(), 404);
        assertThat(gauge("mesh.client.endpoints", "state", "usable")).isEqualTo(2);
    }

    // ---- identities

    @Test
    void the_counter_of_rotations_hands_on_each_piece_of_news() {
        TestCertificates root = TestCertificates.root("shop");
        Svid svid = root.issue(TestCertificates.host("client")).svid(root);
        List<String> heard = new ArrayList<>();
        LiveIdentity.News metered = meters.ofRotations("", new LiveIdentity.News() {
            @Override
            public void rotated(LiveIdentity.Change change) {
                heard.add("rotated " + (change.before() != null));
            }

            @Override
            public void rejected(String source, IOException reason) {
                heard.add("rejected " + source + " " + reason.getMessage());
            }

            @Override
            public void expiring(Svid old, int percent) {
                heard.add("expiring " + percent);
            }

            @Override
            public void peerRejected(String service, String endpoint, PeerFault fault, String reason) {
                heard.add(service + " " + endpoint + " " + fault + " " + reason);
            }
        });

        metered.rotated(new LiveIdentity.Change(null, svid));
        metered.rotated(new LiveIdentity.Change(svid, svid));
        metered.rejected("files", new IOException("torn"));
        metered.expiring(svid, 80);
        metered.peerRejected("orders", "10.0.0.1:80", PeerFault.PLAINTEXT, "no TLS");

        assertThat(heard)
                .containsExactly(
                        "rotated false",
                        "rotated true",
                        "rejected files torn",
                        "expiring 80",
                        "orders 10.0.0.1:80 PLAINTEXT no TLS");
        assertThat(lines("mesh_identity_rotations_total")).isEqualTo("""
                        mesh_identity_rotations_total{identity="workload",kind="leaf",result="applied"} 1.0
                        mesh_identity_rotations_total{identity="workload",kind="none",result="refused"} 1.0""");
    }

    // ---- policy

    @Test
    void one_series_shows_the_policy_in_force() {
        meters.policyInfo("memory", "m/1", From.SNAPSHOT);
        meters.policyInfo("memory", "m/1", From.LIVE);
        assertThat(lines("mesh_policy_info"))
                .isEqualTo("mesh_policy_info{freshness=\"live\",revision=\"m/1\",source=\"memory\"} 1");
        meters.policyInfo("memory", "m/2", From.LIVE);
        meters.policyInfo("memory", "m/2", From.LIVE);
        assertThat(lines("mesh_policy_info"))
                .isEqualTo("mesh_policy_info{freshness=\"live\",revision=\"m/2\",source=\"memory\"} 1");
        meters.close();
        meters.policyInfo("memory", "m/3", From.LIVE);
        assertThat(of("mesh.policy.info")).isEmpty();
    }

    // ---- authorization

    private static String access(String policies) {
        return ", 'authorization': [" + policies + "]";
    }

    private static final String READERS =
            "{'name': 'readers', 'action': 'ALLOW', 'rules': [{'to': [{'operation': {'methods': ['GET']}}]}]}";
    private static final String SHUT = "{'name': 'shut', 'shadow': true, 'action': 'DENY', 'rules': [{}]}";

    private void asked(String method) {
        router.inbound()
                .authorize(InboundRequest.of(method, "/a")
                        .peer(null)
                        .headers(name -> null)
                        .build());
    }

    @Test
    void decisions_about_inbound_requests_are_counted_and_shadows_are_visible() throws IOException {
        asked("GET"); // there is no policy yet
        String shop = "'shop': {'hosts': ['shop'], 'endpoints': []";
        apply(shop + access(READERS) + "}");
        asked("GET");
        asked("POST");
        apply(shop + access(READERS + ", " + SHUT) + "}");
        asked("GET");
        assertThat(lines("mesh_authorization_total")).isEqualTo("""
                        mesh_authorization_total{decision="allowed",direction="inbound",policy="readers",service="shop"} 2.0
                        mesh_authorization_total{decision="denied",direction="inbound",policy="readers",service="shop"} 1.0
                        mesh_authorization_total{decision="undecided",direction="inbound",policy="none",service="unknown"} 1.0
                        mesh_authorization_total{decision="would-be-denied",direction="inbound",policy="shut",service="shop"} 1.0""");
        apply(shop + "}");
        asked("POST");
        assertThat(of("mesh.authorization"))
                .extracting(meter -> meter.getId().getTag("policy"))
                .containsOnly("none"); // the others have gone with their policies
    }

    @Test
    void a_policy_whose_name_has_a_comma_is_no_several() throws IOException {
        apply(orders(access("{'name': 'a, b', 'action': 'DENY', 'rules': [{}]}")));
        call(Calls.get(), 200);
        assertThat(lines("mesh_authorization_total"))
                .isEqualTo(
                        "mesh_authorization_total{decision=\"denied\",direction=\"outbound\",policy=\"a, b\",service=\"orders\"} 1.0");
    }

    @Test
    void a_call_that_would_be_denied_is_counted() throws IOException {
        String writers = READERS.replace("readers", "writers").replace("GET", "PUT");
        apply(orders(access(READERS + ", " + writers + ", " + SHUT)));
        call(Calls.get(), 200);
        call(Calls.post(), 200);
        assertThat(lines("mesh_authorization_total")).isEqualTo("""
                        mesh_authorization_total{decision="denied",direction="outbound",policy="several",service="orders"} 1.0
                        mesh_authorization_total{decision="would-be-denied",direction="outbound",policy="shut",service="orders"} 1.0""");
        apply("'orders': null");
        assertThat(of("mesh.authorization")).isEmpty();
    }
}
