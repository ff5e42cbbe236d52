package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.Explanation.Locality.Kind;
import dev.meshclient.Explanation.Source;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.test.FakeAnswer;
import dev.meshclient.test.TestMesh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** The explanations of docs/explain.md are those that a mesh prints. */
class MeshExplainTest {
    private static final Path PAGE = Path.of(System.getProperty("user.dir")).resolveSibling("docs/explain.md");
    private static final String ENDPOINTS = "'endpoints': ["
            + "{'address': '10.0.1.11', 'port': 80, 'locality': 'eu/a', 'labels': {'version': 'v1'}}, "
            + "{'address': '10.0.1.12', 'port': 80, 'locality': 'eu/a', 'labels': {'version': 'v1'}}, "
            + "{'address': '10.0.1.13', 'port': 80, 'locality': 'eu/b', 'labels': {'version': 'v1'}}, "
            + "{'address': '10.0.1.21', 'port': 80, 'locality': 'eu/a', 'labels': {'version': 'v2'}}]";
    private static final String CANARY = "'timeouts': {'request': '3s'}, " + ENDPOINTS
            + ", 'subsets': [{'name': 'v1', 'labels': {'version': 'v1'}},"
            + " {'name': 'v2', 'labels': {'version': 'v2'}, 'limits': {'maxRequests': 64}}], 'rules': ["
            + "{'name': 'testers', 'matches': [{'headers': [{'name': 'end-user', 'value': 'jason'}]}],"
            + " 'backendRefs': [{'name': 'orders', 'subset': 'v2'}]},"
            + "{'name': 'canary', 'timeouts': {'backendRequest': '1s'}, 'backendRefs': ["
            + "{'name': 'orders', 'subset': 'v1', 'weight': 90}, {'name': 'orders', 'subset': 'v2', 'weight': 10}]}]";

    private static TestMesh mesh(String fieldsOfOrders, UnaryOperator<Mesh.Builder> settings) {
        String document = Documents.mesh("shop")
                .metadata("'epoch': '2026-11', 'version': 9")
                .with("'defaults': {'retry': {'attempts': 1}, 'outlierDetection': {'consecutive5xxErrors': 3}}")
                .services(Documents.service("orders").with(fieldsOfOrders))
                .json();
        return TestMesh.of(
                document,
                builder ->
                        settings.apply(builder.workload(Workload.of("checkout").zone("eu/a"))));
    }

    private static TestMesh mesh(String fieldsOfOrders) {
        return mesh(fieldsOfOrders, builder -> builder);
    }

    private static Request.Builder get(String url) {
        return new Request.Builder().url(url);
    }

    private static void call(TestMesh mesh, String url, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            Request once = get(url).tag(MeshOptions.class, MeshOptions.DEFAULT.withoutRetries())
                    .build();
            try (Response response = mesh.client().newCall(once).execute()) {
                assertThat(response.body().string()).isNotNull();
            }
        }
    }

    /** In the page each stands in a block of its own. */
    private static void assertPrinted(Explanation explanation) throws IOException {
        String page = Files.readString(PAGE).replace("\r\n", "\n");
        String printed = explanation.toString().replaceAll("(?m)^( +)(built in|none): .*", "$1$2: ...");
        assertThat(page).contains("```text\n" + printed + "\n```\n");
    }

    @Test
    void a_split() throws Exception {
        try (TestMesh mesh = mesh(CANARY)) {
            Request request = get("http://orders/v1/orders/7?from=app")
                    .header("end-user", "mary")
                    .build();
            Explanation explanation = mesh.mesh().explain(request);
            assertPrinted(explanation);
            String builtIn = explanation
                    .toString()
                    .lines()
                    .filter(line -> line.startsWith("    built in: ") || line.startsWith("    none: "))
                    .limit(2)
                    .collect(Collectors.joining("\n"));
            assertThat(Files.readString(PAGE).replace("\r\n", "\n")).contains("```text\n" + builtIn + "\n```\n");
        }
    }

    @Test
    void an_ejected_endpoint() throws Exception {
        try (TestMesh mesh = mesh(ENDPOINTS)) {
            mesh.service("orders").endpointAnswers("10.0.1.12:80", FakeAnswer.status(503));
            while (status(mesh).endpoints().get(1).ejected().isEmpty()) {
                call(mesh, "http://orders/", 1);
            }
            mesh.advance(Duration.ofSeconds(2));
            assertPrinted(mesh.mesh().explain(get("http://orders/").build()));
        }
    }

    @Test
    void a_subset_size_without_effect_and_weights_without_load_reports_are_stated() throws Exception {
        Request request = get("http://orders/").build();
        try (TestMesh mesh = mesh("'endpoints': [{'address': '10.0.1.11', 'port': 80, 'locality': 'eu/a'},"
                + " {'address': '10.0.1.12', 'port': 80, 'locality': 'eu/a'}],"
                + " 'loadBalancer': {'simple': 'WEIGHTED_LOAD', 'subsetSize': 9}")) {
            assertThat(mesh.mesh().explain(request).toString())
                    .contains("loadBalancer.subsetSize 9 has no effect: this client calls all 2 usable endpoints")
                    .contains("fewer than two endpoints of a have load reports that count: their stated weights decide")
                    .doesNotContain("the mean weight");
        }
        try (TestMesh mesh = mesh(ENDPOINTS + ", 'loadBalancer': {'simple': 'RANDOM', 'subsetSize': 2}")) {
            assertThat(mesh.mesh().explain(request).toString())
                    .contains("this client calls ")
                    .doesNotContain("has no effect");
        }
    }

    @Test
    void the_latency_stands_next_to_each_endpoint_if_it_decides() throws Exception {
        try (TestMesh mesh =
                mesh("'loadBalancer': {'simple': 'PEAK_EWMA'}, 'trafficDistribution': 'Any', " + ENDPOINTS)) {
            mesh.service("orders").endpointAnswers("10.0.1.12:80", FakeAnswer.status(503));
            String before = mesh.mesh().explain(get("http://orders/").build()).toString();
            assertThat(before.split("latency estimate 30\\.0 ms \\(the median: it has no history\\)"))
                    .hasSize(5);
            for (int i = 0; i < 40; i++) {
                call(mesh, "http://orders/", 1);
            }
            String after = mesh.mesh().explain(get("http://orders/").build()).toString();
            assertThat(after.lines().filter(line -> line.contains("10.0.1.12:80")))
                    .singleElement()
                    .asString()
                    .contains("latency estimate 5000.0 ms")
                    .doesNotContain("no history");
        }
    }

    @Test
    void the_attempts_that_the_caller_allows() throws Exception {
        try (TestMesh mesh = mesh(ENDPOINTS + ", 'retry': {'attempts': 2}")) {
            for (int attempts = 2; attempts <= 3; attempts++) {
                Explanation explanation = mesh.mesh()
                        .explain(get("http://orders/")
                                .tag(MeshOptions.class, MeshOptions.DEFAULT.withMaxAttempts(attempts))
                                .build());
                Explanation.Setting retry = explanation.rules().get(0).backends().get(0).settings().stream()
                        .filter(setting -> setting.name().equals("retry"))
                        .findFirst()
                        .orElseThrow();
                boolean limits = attempts == 2;
                assertThat(retry.value()).startsWith(limits ? "1 retry on " : "2 retries on ");
                assertThat(retry.source()).isEqualTo(limits ? Source.CALLER : Source.SERVICE);
            }
        }
    }

    @Test
    void a_hedge_only_where_one_can_begin() throws Exception {
        String hedge = ", 'hedge': {'delay': '50ms'}";
        RequestBody body = RequestBody.create("", null);
        try (TestMesh mesh = mesh(ENDPOINTS + hedge)) {
            assertThat(explained(mesh, get("http://orders/")))
                    .contains("\n    hedge: after 50 ms, at most 2 attempts side by side (service)\n")
                    .doesNotContain("no hedge");
            assertThat(explained(mesh, get("http://orders/").post(body)))
                    .contains("\n    no hedge: POST is not idempotent, or its body is sent once\n")
                    .contains("\n    hedge: none (service)\n");
            assertThat(explained(
                            mesh, get("http://orders/").tag(MeshOptions.class, MeshOptions.DEFAULT.withMaxAttempts(1))))
                    .contains("\n    no hedge: the caller asks for at most one attempt\n")
                    .contains("\n    hedge: none (service)\n");
        }
        try (TestMesh mesh = mesh("'endpoints': [{'address': '10.0.1.11', 'port': 80},"
                + " {'address': '10.0.1.12', 'port': 80, 'health': 'UNHEALTHY'}]" + hedge)) {
            assertThat(explained(mesh, get("http://orders/")))
                    .contains("\n    no hedge: no other endpoint admits calls\n")
                    .contains("\n    hedge: none (service)\n");
        }
        try (TestMesh mesh = mesh(ENDPOINTS + ", 'hedge': {'maxAttempts': 1}")) {
            assertThat(explained(mesh, get("http://orders/"))).contains("\n    hedge: none (service)\n");
        }
    }

    private static String explained(TestMesh mesh, Request.Builder request) {
        return mesh.mesh().explain(request.build()).toString();
    }

    @Test
    void a_zone_that_spills() throws Exception {
        String draining = ENDPOINTS
                .replace("'10.0.1.12', 'port': 80", "'10.0.1.12', 'port': 80, 'health': 'DRAINING'")
                .replace("'10.0.1.21', 'port': 80", "'10.0.1.21', 'port': 80, 'health': 'UNHEALTHY'");
        try (TestMesh mesh = mesh(draining)) {
            assertPrinted(mesh.mesh().explain(get("http://orders/").build()));
        }
    }

    @Test
    void zones_that_no_endpoint_states_do_not_matter() throws Exception {
        try (TestMesh mesh = mesh(ENDPOINTS.replace(", 'locality': 'eu/a'", "").replace(", 'locality': 'eu/b'", ""))) {
            assertThat(mesh.mesh().explain(get("http://orders/").build()).toString())
                    .contains("\n      no endpoint states a zone: zones do not matter\n")
                    .doesNotContain("spill");
        }
    }

    @Test
    void the_endpoint_of_a_session() throws Exception {
        String sessions = ENDPOINTS + ", 'loadBalancer': {'consistentHash': {'httpHeaderName': 'x-session'}}";
        try (TestMesh mesh = mesh(sessions)) {
            Request jane = get("http://orders/").header("x-session", "jane").build();
            assertThat(mesh.mesh().explain(jane).toString())
                    .contains("the hash of header x-session decides on the endpoint")
                    .doesNotContain("jane");
            assertThat(mesh.mesh().explain(get("http://orders/").build()).toString())
                    .doesNotContain("decides on the endpoint");
        }
    }

    @Test
    void a_denied_call() throws Exception {
        String reads = ENDPOINTS + ", 'authorization': [{'name': 'only-reads', 'action': 'ALLOW',"
                + " 'rules': [{'to': [{'operation': {'methods': ['GET']}}]}]}]";
        try (TestMesh mesh = mesh(reads)) {
            assertPrinted(mesh.mesh()
                    .explain(get("http://orders/v1/orders/7").delete().build()));
        }
    }

    @Test
    void no_route() throws Exception {
        String rules = ENDPOINTS + ", 'rules': [{'name': 'items', 'matches': [{'path': {'type': 'PathPrefix', 'value':"
                + " '/v1/items'}}, {'headers': [{'name': 'authorization', 'value': 'Bearer guest'}]}],"
                + " 'backendRefs': [{'name': 'orders'}]}]";
        try (TestMesh mesh = mesh(rules)) {
            Request request = get("http://orders/v1/orders/7")
                    .header("Authorization", "Bearer 7c4a8d09")
                    .build();
            Explanation explanation = mesh.mesh().explain(request);
            assertPrinted(explanation);
            assertThat(explanation + explanation.toJson()).doesNotContain("7c4a8d09", "guest");
        }
    }

    /** The call never compares with a rule after the one that decides. */
    @Test
    void an_expression_that_gives_up_after_the_rule_that_decides_refuses_no_call() throws Exception {
        String rules = ENDPOINTS + ", 'rules': ["
                + "{'name': 'slow', 'matches': [{'headers': [{'type': 'RegularExpression', 'name': 'x', 'value':"
                + " '.*.*.*.*.*b'}]}], 'backendRefs': [{'name': 'orders'}]},"
                + "{'name': 'exact', 'matches': [{'path': {'type': 'Exact', 'value': '/a'}}],"
                + " 'backendRefs': [{'name': 'orders'}]}]";
        try (TestMesh mesh = mesh(rules)) {
            Request request = get("http://orders/a").header("x", "a".repeat(60)).build();
            Explanation explanation = mesh.mesh().explain(request);
            mesh.client().newCall(request).execute().close();
            assertThat(explanation.result()).isEqualTo(Explanation.Result.SENT);
            assertThat(explanation.rules())
                    .extracting(Explanation.Rule::state)
                    .containsExactly(Explanation.Rule.State.MATCHES, Explanation.Rule.State.LATER);
            assertThat(explanation.toString())
                    .doesNotContain("refuses")
                    .contains("rule slow (header x \"~.*.*.*.*.*b\") comes after the rule that decides;"
                            + " it cannot be compared: the regular expression '.*.*.*.*.*b' gave up on a value of 60");

            Explanation refused = mesh.mesh()
                    .explain(request.newBuilder().url("http://orders/b").build());
            assertThat(refused.result()).isEqualTo(Explanation.Result.REFUSED);
            assertThat(refused.toString()).contains(" refuses the call: the regular expression ");
        }
    }

    @Test
    void a_host_outside_and_a_host_without_policy() throws Exception {
        try (TestMesh mesh = mesh(ENDPOINTS, builder -> builder.claim("billing"))) {
            Explanation outside =
                    mesh.mesh().explain(get("https://api.example/").build());
            assertThat(outside.result()).isEqualTo(Explanation.Result.OUTSIDE);
            assertPrinted(outside);
            assertPrinted(mesh.mesh().explain(get("http://billing/").build()));
        }
    }

    @Test
    void a_call_without_the_own_certificate_that_its_endpoints_need_is_refused() throws Exception {
        assertRefusedAsTheCall("'tls': {'mode': 'MESH_MUTUAL'}", "IdentityUnavailable");
        assertRefusedAsTheCall("'tls': {'mode': 'MUTUAL', 'credentialName': 'bank'}", "IdentityUnavailable");
    }

    @Test
    void a_call_without_the_token_that_the_policy_names_is_refused() throws Exception {
        assertRefusedAsTheCall(
                "'tls': {'mode': 'SIMPLE'}, 'credentials': {'token': 'orders', 'overwrite': true}", "TokenUnavailable");
    }

    /** Of a mesh with sockets: that of the test kit has no TLS. */
    private static void assertRefusedAsTheCall(String settings, String exception) throws IOException {
        PolicySource source = Documents.mesh("shop")
                .with("'trustDomain': 'shop.example'")
                .services(Documents.service("orders").with(settings).endpoint(1))
                .source();
        try (Mesh mesh = Mesh.builder()
                .initialFetchTimeout(Patience.LONG)
                .snapshotDirectory(null)
                .policy(source)
                .build()) {
            assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
            Request request = get("http://orders/").build();
            Explanation explanation = mesh.explain(request);
            Throwable failure = catchThrowable(
                    () -> mesh.wrap(new OkHttpClient()).newCall(request).execute());
            assertThat(failure.getClass().getSimpleName()).isEqualTo(exception);
            assertThat(explanation.result()).isEqualTo(Explanation.Result.REFUSED);
            Explanation.Refusal refusal = Objects.requireNonNull(explanation.refusal());
            assertThat(refusal.exception()).isEqualTo(exception);
            assertThat(refusal.message()).isEqualTo(failure.getMessage());
            Explanation effective = Objects.requireNonNull(
                    Objects.requireNonNull(mesh.status().service("orders")).effective());
            assertThat(effective.rules().get(0).backends().get(0).refusal()).isEqualTo(refusal);
        }
    }

    @Test
    void a_service_shows_which_of_its_backends_refuse_all_calls() {
        String rules = ENDPOINTS + ", 'subsets': [{'name': 'v2', 'labels': {'version': 'v2'}},"
                + " {'name': 'empty', 'labels': {'version': 'v9'}},"
                + " {'name': 'closed', 'labels': {'version': 'v1'}, 'limits': {'maxRequests': 0}}], 'rules': [{'name':"
                + " 'all', 'backendRefs': [{'name': 'orders', 'subset': 'v2'}, {'name': 'orders', 'subset': 'empty'},"
                + " {'name': 'orders', 'subset': 'closed'}]}]";
        try (TestMesh mesh = mesh(rules)) {
            Explanation service = Objects.requireNonNull(status(mesh).effective());
            Explanation.Rule called =
                    ruleOf(mesh.mesh().explain(get("http://orders/").build()));
            assertThat(service.rules().get(0).backends())
                    .extracting(Explanation.Backend::refusal)
                    .isEqualTo(called.backends().stream()
                            .map(Explanation.Backend::refusal)
                            .toList());
            assertThat(service.toString())
                    .contains("backend orders/empty: 33.3 % of the calls, weight 1\n    ! NoHealthyEndpoint (UH): ")
                    .contains("backend orders/closed: 33.3 % of the calls, weight 1\n    ! Overloaded (UO): ");
        }
    }

    @Test
    void each_entry_of_localities_states_its_kind() {
        try (TestMesh mesh = mesh(ENDPOINTS)) {
            Explanation.Backend backend = orders(mesh);
            assertThat(backend.localities())
                    .extracting(Explanation.Locality::kind)
                    .containsExactly(Kind.PRIORITY, Kind.DISTRIBUTION, Kind.ZONE, Kind.ZONE);
            assertThat(mesh.mesh().explain(get("http://orders/").build()).toJson())
                    .contains("\"kind\" : \"priority\"", "\"kind\" : \"distribution\"", "\"kind\" : \"zone\"");
        }
    }

    @Test
    void each_setting_has_its_source() {
        try (TestMesh mesh = mesh(CANARY)) {
            Request request = get("http://orders/")
                    .tag(MeshOptions.class, MeshOptions.DEFAULT.withTimeout(Duration.ofSeconds(2)))
                    .build();
            Explanation.Backend v2 =
                    ruleOf(mesh.mesh().explain(request)).backends().get(1);
            assertSetting(v2, "timeouts.request", "2s", Source.CALLER);
            assertSetting(v2, "timeouts.backendRequest", "1s", Source.RULE);
            assertSetting(v2, "limits.maxRequests", "64", Source.SUBSET);
            assertSetting(v2, "outlierDetection.consecutive5xxErrors", "3", Source.DEFAULTS);
            assertSetting(v2, "outlierDetection.interval", "10s", Source.BUILT_IN);
            assertSetting(v2, "authorization", "none", Source.BUILT_IN);
            Explanation service = Objects.requireNonNull(status(mesh).effective());
            assertThat(service.request()).isEmpty();
            assertThat(service.rules()).hasSize(2).allMatch(rule -> !rule.backends()
                    .isEmpty());
            assertSetting(service.rules().get(1).backends().get(1), "timeouts.request", "3s", Source.SERVICE);
        }
    }

    private static void assertSetting(Explanation.Backend backend, String name, String value, Source source) {
        assertThat(backend.settings())
                .filteredOn(s -> s.name().equals(name))
                .singleElement()
                .satisfies(s -> {
                    assertThat(s.value()).as(name).isEqualTo(value);
                    assertThat(s.source()).as(name).isEqualTo(source);
                });
    }

    @Test
    void a_setting_that_moves_to_the_defaults_has_another_source_although_nothing_is_compiled_again() throws Exception {
        String one = Documents.mesh("shop")
                .version(1)
                .services(Documents.service("orders")
                        .with("'limits': {'maxRequests': 7}")
                        .endpoint(80))
                .json();
        String other = Documents.mesh("shop")
                .version(2)
                .with("'defaults': {'limits': {'maxRequests': 7}}")
                .services(Documents.service("orders").endpoint(80))
                .json();
        try (TestMesh mesh = TestMesh.of(PolicySource.of(one), builder -> builder)) {
            assertSetting(orders(mesh), "limits.maxRequests", "7", Source.SERVICE);
            mesh.update(other);
            assertSetting(orders(mesh), "limits.maxRequests", "7", Source.DEFAULTS);
        }
    }

    private static Explanation.Backend orders(TestMesh mesh) {
        return ruleOf(mesh.mesh().explain(get("http://orders/").build()))
                .backends()
                .get(0);
    }

    private static Explanation.Rule ruleOf(Explanation explanation) {
        return Objects.requireNonNull(explanation.rule());
    }

    private static MeshStatus.Service status(TestMesh mesh) {
        return Objects.requireNonNull(mesh.mesh().status().service("orders"));
    }
}
