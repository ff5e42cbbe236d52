package dev.meshclient.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Decision;
import dev.meshclient.Documents;
import dev.meshclient.MeshOptions;
import dev.meshclient.Thrown;
import dev.meshclient.Workload;
import dev.meshclient.authz.InboundExchange;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.telemetry.MeshMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls and inbound requests by Istio's names, in a Prometheus registry. */
class IstioSeriesTest {
    private static final String CHECKOUT = "spiffe://d/ns/shop/sa/checkout";
    private static final String ORDERS = "spiffe://d/ns/back/sa/orders";
    private static final MediaType GRPC = MediaType.get("application/grpc+proto");

    /** A call of checkout to orders that is answered with 200. */
    private static final Map<String, String> OUTBOUND = Map.ofEntries(
            Map.entry("reporter", "source"),
            Map.entry("source_workload", "checkout-v2"),
            Map.entry("source_workload_namespace", "shop"),
            Map.entry("source_principal", CHECKOUT),
            Map.entry("source_app", "checkout"),
            Map.entry("source_version", "v2"),
            Map.entry("source_canonical_service", "checkout"),
            Map.entry("source_canonical_revision", "v2"),
            Map.entry("source_cluster", "east"),
            Map.entry("destination_workload", "orders-v1"),
            Map.entry("destination_workload_namespace", "back"),
            Map.entry("destination_principal", ORDERS),
            Map.entry("destination_app", "orders-app"),
            Map.entry("destination_version", "v1"),
            Map.entry("destination_canonical_service", "orders-name"),
            Map.entry("destination_canonical_revision", "r1"),
            Map.entry("destination_cluster", "west"),
            Map.entry("destination_service", "orders.back.svc.cluster.local"),
            Map.entry("destination_service_name", "orders"),
            Map.entry("destination_service_namespace", "back"),
            Map.entry("request_protocol", "http"),
            Map.entry("response_code", "200"),
            Map.entry("grpc_response_status", ""),
            Map.entry("response_flags", "-"),
            Map.entry("connection_security_policy", "unknown"));

    /** A request of storefront to this process, checkout, over mutual TLS. */
    private static final Map<String, String> INBOUND = with(
            OUTBOUND,
            Map.ofEntries(
                    Map.entry("reporter", "destination"),
                    Map.entry("source_workload", "storefront"),
                    Map.entry("source_workload_namespace", "front"),
                    Map.entry("source_principal", "spiffe://d/ns/front/sa/store"),
                    Map.entry("source_app", "unknown"),
                    Map.entry("source_version", "unknown"),
                    Map.entry("source_canonical_service", "storefront"),
                    Map.entry("source_canonical_revision", "latest"),
                    Map.entry("source_cluster", "unknown"),
                    Map.entry("destination_workload", "checkout-v2"),
                    Map.entry("destination_workload_namespace", "shop"),
                    Map.entry("destination_principal", CHECKOUT),
                    Map.entry("destination_app", "checkout"),
                    Map.entry("destination_version", "v2"),
                    Map.entry("destination_canonical_service", "checkout"),
                    Map.entry("destination_canonical_revision", "v2"),
                    Map.entry("destination_cluster", "east"),
                    Map.entry("destination_service", "checkout"),
                    Map.entry("destination_service_name", "checkout"),
                    Map.entry("destination_service_namespace", "shop"),
                    Map.entry("connection_security_policy", "mutual_tls")));

    private static final Map<String, String> NO_PEER = Map.of(
            "destination_workload", "unknown",
            "destination_workload_namespace", "unknown",
            "destination_principal", "unknown",
            "destination_app", "unknown",
            "destination_version", "unknown",
            "destination_canonical_service", "unknown",
            "destination_canonical_revision", "latest",
            "destination_cluster", "unknown",
            "source_principal", "unknown");

    private static final Map<String, String> UNPROVEN =
            Map.of("source_principal", "unknown", "destination_principal", "unknown");

    private static Documents.Service orders() {
        return Documents.service("orders", "orders", "orders.back.svc.cluster.local:8080", "orders.back")
                .with("'tls': {'mode': 'MESH_MUTUAL'}, 'serviceAccount': 'ns/back/sa/orders'")
                .with("'retry': {'attempts': 2, 'backoff': '1ms'}")
                .with("'outlierDetection': {'maxEjectionPercent': 0}")
                .endpoint(
                        "10.0.0.1",
                        80,
                        "'cluster': 'west', 'labels': {'service.istio.io/workload-name': 'orders-v1',"
                                + " 'app': 'orders-app', 'version': 'v1', 'service.istio.io/canonical-name': 'orders-name',"
                                + " 'service.istio.io/canonical-revision': 'r1'}");
    }

    private @Nullable String identity = CHECKOUT;
    private final StepTime time = new StepTime();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Workload workload = Workload.of("checkout")
            .label("service.istio.io/workload-name", "checkout-v2")
            .label("app", "checkout")
            .label("version", "v2")
            .label("topology.istio.io/cluster", "east");
    private final Router router = Router.withoutNames(
            time,
            workload,
            new Telemetry(
                    Events.none(time),
                    Meters.of(time, MeshMetrics.bindTo(registry).withIstioNames(), workload, () -> identity)),
            new EntrySettings(List.of(), true, Duration.ZERO),
            Duration.ZERO);

    private static Map<String, String> with(Map<String, String> labels, Map<String, String> others) {
        Map<String, String> all = new TreeMap<>(labels);
        all.putAll(others);
        return all;
    }

    /** A whole line of Prometheus's format. */
    private static String line(String series, Map<String, String> labels, String value) {
        return new TreeMap<>(labels)
                .entrySet().stream()
                        .map(label -> label.getKey() + "=\"" + label.getValue() + "\"")
                        .collect(Collectors.joining(",", series + "{", "} " + value));
    }

    private static String requests(Map<String, String> labels, int count) {
        return line("istio_requests_total", labels, count + ".0");
    }

    private List<String> lines(String series) {
        return registry.scrape()
                .lines()
                .filter(line -> line.startsWith(series + "{"))
                .sorted()
                .toList();
    }

    private List<String> requests() {
        return lines("istio_requests_total");
    }

    private void apply(Documents.Service... services) throws IOException {
        router.control()
                .apply(Documents.mesh("m")
                        .with("'trustDomain': 'd', 'clusters': [{'name': 'west', 'priority': 0}]")
                        .services(services)
                        .read());
    }

    private Call call(Request request, Wire wire) {
        Call call = Calls.call(time, request, wire);
        if (router.admit(request.url().host(), request.url().port()) instanceof Admission.Ours ours) {
            try {
                call.run(ours.layers()).close();
            } catch (IOException expected) {
                assertThat(call.failure()).isSameAs(expected);
            }
        }
        return call;
    }

    private Call call(String url, Wire wire) {
        return call(new Request.Builder().url(url).build(), wire);
    }

    private void inbound(int status, InboundRequest.Builder request) {
        router.inbound().begin(request.build()).ended(status);
    }

    @Test
    void a_call_has_all_labels_of_istio() throws IOException {
        apply(orders());
        call("http://orders/a?b=c", attempt -> {
            time.step(Duration.ofMillis(30).toNanos());
            return Calls.respond(attempt, 200);
        });
        assertThat(requests()).containsExactly(requests(OUTBOUND, 1));
        assertThat(lines("istio_request_duration_milliseconds_count"))
                .containsExactly(line("istio_request_duration_milliseconds_count", OUTBOUND, "1"));
        assertThat(lines("istio_request_duration_milliseconds_sum"))
                .containsExactly(line("istio_request_duration_milliseconds_sum", OUTBOUND, "30.0"));
    }

    @Test
    void the_buckets_are_those_of_envoy_in_milliseconds() throws IOException {
        apply(orders());
        call("http://orders/", attempt -> {
            time.step(Duration.ofMillis(30).toNanos());
            return Calls.respond(attempt, 200);
        });
        assertThat(lines("istio_request_duration_milliseconds_bucket").stream()
                        .map(line -> line.replaceAll(".*le=\"([^\"]*)\".*} (.*)", "$1 $2")))
                .containsExactlyInAnyOrder(
                        "0.5 0",
                        "1.0 0",
                        "5.0 0",
                        "10.0 0",
                        "25.0 0",
                        "50.0 1",
                        "100.0 1",
                        "250.0 1",
                        "500.0 1",
                        "1000.0 1",
                        "2500.0 1",
                        "5000.0 1",
                        "10000.0 1",
                        "30000.0 1",
                        "60000.0 1",
                        "300000.0 1",
                        "600000.0 1",
                        "1800000.0 1",
                        "3600000.0 1",
                        "+Inf 1");
    }

    @Test
    void a_call_that_is_retried_counts_once() throws IOException {
        apply(orders());
        call("http://orders/", attempt -> Calls.respond(attempt, attempt.number() == 1 ? 503 : 200));
        assertThat(requests()).containsExactly(requests(OUTBOUND, 1));
    }

    /** Istio's dashboards count everything that is not 5.. as a success. */
    @ParameterizedTest
    @CsvSource({
        "CONNECT_FAILURE, 503, UF, false",
        "TLS_REFUSED, 503, UF, false",
        "RESET, 503, UC, true",
        "ATTEMPT_TIMEOUT, 504, UT, false",
        "PROTOCOL_ERROR, 502, UPE, true",
        "CANCELLED, 0, DC, false",
    })
    void a_failure_has_the_status_that_a_proxy_answers_and_the_identities_that_a_connection_proved(
            Outcome outcome, String code, String flags, boolean proven) throws IOException {
        apply(orders());
        call("http://orders/", attempt -> {
            throw Calls.fail(attempt, outcome);
        });
        assertThat(requests())
                .containsExactly(requests(
                        with(
                                with(OUTBOUND, proven ? Map.of() : UNPROVEN),
                                Map.of("response_code", code, "response_flags", flags)),
                        1));
    }

    @Test
    void a_call_that_a_limit_refuses_proves_no_identity() throws IOException {
        apply(orders().with("'limits': {'maxRequests': 0}"));
        call("http://orders/", attempt -> Calls.respond(attempt, 200));
        assertThat(requests())
                .containsExactly(requests(
                        with(with(OUTBOUND, NO_PEER), Map.of("response_code", "503", "response_flags", "UO")), 1));
    }

    @Test
    void a_call_that_the_mesh_refuses_has_no_peer() throws IOException {
        apply(
                Documents.service("orders", "orders.back.svc.cluster.local")
                        .endpoint("10.0.0.1", 80)
                        .with(
                                "'rules': [{'name': 'a', 'matches': [{'path': {'value': '/a'}}], 'backendRefs': [{'name': 'orders'}]}]"));
        call("http://orders.back.svc.cluster.local/b", attempt -> Calls.respond(attempt, 200));
        assertThat(requests())
                .containsExactly(requests(
                        with(with(OUTBOUND, NO_PEER), Map.of("response_code", "404", "response_flags", "NR")), 1));
    }

    @Test
    void a_body_that_fails_keeps_the_status_and_has_the_flag() throws IOException {
        apply(orders());
        call("http://orders/", attempt -> {
            attempt.bodyFailed(new IOException("broken"));
            return Calls.respond(attempt, 200);
        });
        assertThat(requests()).containsExactly(requests(with(OUTBOUND, Map.of("response_flags", "UC")), 1));
    }

    @Test
    void grpc_is_known_by_its_content_type() throws IOException {
        apply(orders());
        Request.Builder post = new Request.Builder().url("http://orders/");
        call(post.post(RequestBody.create(new byte[0], GRPC)).build(), attempt -> Calls.respond(attempt, 200));
        assertThat(requests()).containsExactly(requests(with(OUTBOUND, Map.of("request_protocol", "grpc")), 1));
        MediaType web = MediaType.get("application/grpc-web");
        call(post.post(RequestBody.create(new byte[0], web)).build(), attempt -> Calls.respond(attempt, 200));
        assertThat(requests()).contains(requests(OUTBOUND, 1)).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void a_body_that_throws_instead_of_its_content_type_is_not_grpc(Thrown thrown) throws IOException {
        apply(orders());
        RequestBody broken = new RequestBody() {
            @Override
            public MediaType contentType() {
                throw thrown.now();
            }

            @Override
            public void writeTo(BufferedSink sink) {}
        };
        Request.Builder post = new Request.Builder().url("http://orders/").post(broken);
        call(post.build(), attempt -> Calls.respond(attempt, 200));
        assertThat(requests()).containsExactly(requests(OUTBOUND, 1));
    }

    @Test
    void without_labels_and_identities_a_peer_is_its_service() throws IOException {
        apply(Documents.service("orders").endpoint("10.0.0.1", 80));
        call("http://orders/", attempt -> Calls.respond(attempt, 200));
        Map<String, String> plain = Map.of(
                "destination_workload", "orders",
                "destination_canonical_service", "orders",
                "destination_service", "orders",
                "destination_service_namespace", "unknown");
        assertThat(requests()).containsExactly(requests(with(with(OUTBOUND, NO_PEER), plain), 1));
    }

    /** As Istio's injection labels pods. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'app.kubernetes.io/name': 'a', 'app': 'b' | canonical_service | a",
                "'app': 'b'                                | canonical_service | b",
                "'service.istio.io/workload-name': 'w'     | canonical_service | w",
                "'app.kubernetes.io/version': '7'          | canonical_revision | 7",
                "'version': '8', 'app': 'b'                | canonical_revision | 8",
                "'topology.istio.io/cluster': 'east'       | cluster | east",
                "'namespace': 'n'                          | workload_namespace | n",
                "'x': 'y'                                  | workload_namespace | back",
                "'namespace': 'n'                          | service_namespace | back",
            })
    void labels_of_an_endpoint_decide_in_this_order(String labels, String label, String value) throws IOException {
        apply(Documents.service("orders", "orders", "orders.back.svc")
                .endpoint("10.0.0.1", 80, "'labels': {" + labels + "}"));
        call("http://orders/", attempt -> Calls.respond(attempt, 200));
        assertThat(requests()).singleElement().asString().contains(",destination_" + label + "=\"" + value + "\",");
    }

    @Test
    void a_rule_that_sends_calls_to_another_service_makes_it_the_destination() throws IOException {
        apply(orders(), Documents.service("api").with("'rules': [{'name': 'a', 'backendRefs': [{'name': 'orders'}]}]"));
        call("http://api/", attempt -> Calls.respond(attempt, 200));
        assertThat(requests()).containsExactly(requests(OUTBOUND, 1));
    }

    @Test
    void a_call_whose_repetition_the_mesh_refuses_has_the_peer_that_it_tried() throws IOException {
        apply(Documents.service("orders")
                .with("'retry': {'attempts': 1, 'backoff': '2s'}, 'outlierDetection':"
                        + " {'consecutive5xxErrors': 2, 'maxEjectionPercent': 100, 'minHealthPercent': 0}")
                .endpoint("10.0.0.1", 80));
        Wire fails = attempt -> Calls.respond(attempt, 503);
        time.at(time.now() + 1, "another call", () -> call("http://orders/", fails)); // during the pause: ejects
        Call call = call("http://orders/", fails);
        assertThat(call.decision().attempts())
                .extracting(Decision.Attempt::outcome)
                .containsExactly("response", "refused");
        assertThat(requests())
                .hasSize(2)
                .allMatch(line -> line.contains("destination_workload=\"orders\""))
                .anyMatch(line -> line.contains("response_code=\"503\",response_flags=\"UH\""));
    }

    @Test
    void the_namespace_of_this_process_is_that_of_the_host_of_its_service() throws IOException {
        identity = null;
        apply(Documents.service("checkout"));
        inbound(200, InboundRequest.of("GET", "/"));
        apply(Documents.service("checkout", "checkout.shop.svc.cluster.local"));
        inbound(200, InboundRequest.of("GET", "/"));
        assertThat(requests())
                .hasSize(2)
                .anyMatch(line -> line.contains("destination_workload_namespace=\"unknown\""))
                .anyMatch(line -> line.contains("destination_workload_namespace=\"shop\""));
    }

    @Test
    void an_inbound_request_has_all_labels_of_istio() throws IOException {
        apply(
                Documents.service("checkout"),
                Documents.service("storefront").with("'serviceAccount': 'ns/front/sa/store'"));
        InboundExchange exchange = router.inbound()
                .begin(InboundRequest.of("GET", "/a")
                        .peer("spiffe://d/ns/front/sa/store")
                        .build());
        time.step(Duration.ofMillis(20).toNanos());
        exchange.ended(200);
        exchange.ended(500);
        assertThat(requests()).containsExactly(requests(INBOUND, 1));
        assertThat(lines("istio_request_duration_milliseconds_sum"))
                .containsExactly(line("istio_request_duration_milliseconds_sum", INBOUND, "20.0"));
    }

    @Test
    void the_workload_of_a_peer_is_unknown_if_two_services_have_its_identity() throws IOException {
        apply(
                Documents.service("checkout"),
                Documents.service("storefront").with("'serviceAccount': 'ns/front/sa/store'"),
                Documents.service("admin").with("'serviceAccount': 'ns/front/sa/store'"));
        inbound(200, InboundRequest.of("GET", "/a").peer("spiffe://d/ns/front/sa/store"));
        assertThat(requests())
                .containsExactly(requests(
                        with(INBOUND, Map.of("source_workload", "unknown", "source_canonical_service", "unknown")), 1));
    }

    @ParameterizedTest
    @CsvSource({"true, none", "false, unknown"})
    void an_inbound_request_without_a_peer_has_no_source(boolean stated, String security) throws IOException {
        apply(Documents.service("checkout"));
        InboundRequest.Builder request = InboundRequest.of("GET", "/a");
        inbound(200, stated ? request.peer(null) : request);
        Map<String, String> unknown = Map.of(
                "source_workload", "unknown",
                "source_workload_namespace", "unknown",
                "source_principal", "unknown",
                "source_canonical_service", "unknown",
                "destination_principal", "unknown",
                "connection_security_policy", security);
        assertThat(requests()).containsExactly(requests(with(INBOUND, unknown), 1));
    }

    /** As a proxy reports a server that closes its connection; Flagger counts anything but 5xx as success. */
    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void an_inbound_request_without_a_response_has_failed(int status) throws IOException {
        apply(Documents.service("checkout"));
        inbound(status, InboundRequest.of("GET", "/a").peer("spiffe://d/ns/front/sa/store"));
        assertThat(requests()).singleElement().asString().contains("response_code=\"503\",response_flags=\"UC\"");
    }

    @Test
    void an_inbound_request_of_grpc_is_known_by_its_content_type() throws IOException {
        apply(Documents.service("checkout"));
        inbound(200, InboundRequest.of("POST", "/a").headers(Map.of("content-type", "application/grpc")::get));
        assertThat(requests()).singleElement().asString().contains("request_protocol=\"grpc\"");
    }

    @Test
    void peers_and_statuses_have_a_bound_and_success_rates_stay_right() throws IOException {
        apply(Documents.service("checkout"));
        for (int i = 0; i < BoundedSeries.MOST; i++) {
            inbound(200, InboundRequest.of("GET", "/").peer("spiffe://d/ns/n" + i + "/sa/a"));
        }
        for (int status : List.of(200, 204, 301, 404, 500, 503, 0, 799)) {
            for (int i = 0; i < 10; i++) {
                inbound(status, InboundRequest.of("GET", "/").peer("spiffe://d/ns/more" + i + "/sa/a"));
            }
        }
        Map<String, String> others = with(
                INBOUND,
                Map.of(
                        "source_workload", "unknown",
                        "source_workload_namespace", "unknown",
                        "source_principal", "unknown",
                        "source_canonical_service", "unknown",
                        "destination_principal", "unknown",
                        "connection_security_policy", "unknown"));
        assertThat(requests())
                .hasSize(BoundedSeries.MOST + 5)
                .contains(
                        requests(with(others, Map.of("response_code", "2xx")), 20),
                        requests(with(others, Map.of("response_code", "3xx")), 10),
                        requests(with(others, Map.of("response_code", "4xx")), 10),
                        requests(with(others, Map.of("response_code", "5xx")), 30), // also without a response
                        requests(with(others, Map.of("response_code", "_OTHER")), 10));
    }

    @Test
    void series_leave_with_their_service() throws IOException {
        apply(Documents.service("orders", "*.example").endpoint("10.0.0.1", 80), Documents.service("checkout"));
        for (int i = 0; i < 3; i++) {
            call("http://h" + i + ".example/", attempt -> Calls.respond(attempt, 200));
        }
        inbound(200, InboundRequest.of("GET", "/"));
        assertThat(requests()).hasSize(2).anyMatch(line -> line.contains("destination_service=\"*.example\""));

        apply(Documents.service("checkout"));
        time.step(Duration.ofHours(2).toNanos());
        apply(Documents.service("checkout"));
        assertThat(requests()).singleElement().asString().contains("reporter=\"destination\"");
        assertThat(lines("istio_request_duration_milliseconds_count")).hasSize(1);
    }

    private static Documents.Service version(String version) {
        return Documents.service("orders").endpoint("10.0.0.1", 80, "'labels': {'version': '" + version + "'}");
    }

    @Test
    void series_leave_with_the_last_endpoint_that_has_their_labels() throws IOException {
        for (int i = 0; i < BoundedSeries.MOST + 2; i++) {
            apply(version("v" + i));
            call("http://orders/", attempt -> Calls.respond(attempt, 200));
            assertThat(requests()).singleElement().asString().contains("destination_version=\"v" + i + "\"");
        }
        apply(version("v0"));
        assertThat(requests()).isEmpty();
        assertThat(lines("istio_request_duration_milliseconds_count")).isEmpty();
    }

    @Test
    void series_stay_as_long_as_an_endpoint_has_their_labels() throws IOException {
        apply(orders());
        call("http://orders/", attempt -> Calls.respond(attempt, 200));
        call("http://orders/", attempt -> {
            throw Calls.fail(attempt, Outcome.CONNECT_FAILURE);
        });
        assertThat(requests()).hasSize(2);
        apply(orders().with("'limits': {'maxRequests': 5}").endpoint("10.0.0.2", 80, "'labels': {'version': 'v2'}"));
        assertThat(requests()).hasSize(2);
    }

    @Test
    void a_call_that_ends_after_its_workload_has_left_counts_until_the_next_policy() throws IOException {
        apply(version("v0"));
        call("http://orders/", attempt -> {
            apply(version("v1"));
            return Calls.respond(attempt, 200);
        });
        assertThat(requests()).singleElement().asString().contains("destination_version=\"v0\"");
        apply(version("v2"));
        assertThat(requests()).isEmpty();
    }

    @Test
    void what_exceeds_the_bound_is_kept_apart_by_the_called_service() throws IOException {
        apply(
                Documents.service("api", "*.example")
                        .with(
                                "'rules': [{'name': 'a', 'matches': [{'path': {'value': '/a'}}], 'backendRefs': [{'name': 'one'}]},"
                                        + " {'name': 'b', 'backendRefs': [{'name': 'two'}]}]"),
                Documents.service("one").endpoint("10.0.0.1", 80),
                Documents.service("two").endpoint("10.0.0.2", 80));
        for (int i = 0; i <= BoundedSeries.MOST; i++) {
            int status = 200 + i;
            call("http://x.example/a", attempt -> Calls.respond(attempt, status));
        }
        call("http://x.example/b", attempt -> Calls.respond(attempt, 200));
        assertThat(requests())
                .hasSize(BoundedSeries.MOST + 2)
                .anyMatch(line -> line.contains("destination_service=\"one\"") && line.contains("\"_OTHER\""))
                .anyMatch(line -> line.contains("destination_service=\"two\"") && line.contains("\"2xx\""));
    }

    @Test
    void without_the_switch_there_is_no_series() throws IOException {
        PrometheusMeterRegistry plain = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Router other = Router.withoutNames(
                time,
                workload,
                new Telemetry(Events.none(time), Meters.of(time, MeshMetrics.bindTo(plain), workload, () -> CHECKOUT)),
                new EntrySettings(List.of(), true, Duration.ZERO),
                Duration.ZERO);
        other.control()
                .apply(Documents.mesh("m")
                        .with("'trustDomain': 'd', 'clusters': [{'name': 'west', 'priority': 0}]")
                        .services(orders())
                        .read());
        Request request = Calls.get();
        Wire wire = (Attempt attempt) -> Calls.respond(attempt, 200);
        if (other.admit("orders", 80) instanceof Admission.Ours ours) {
            new Call(time, request, MeshOptions.DEFAULT, wire)
                    .run(ours.layers())
                    .close();
        }
        other.inbound().begin(InboundRequest.of("GET", "/").build()).ended(200);
        assertThat(plain.scrape()).contains("mesh_client_requests").doesNotContain("istio");
    }
}
