package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.meshclient.contract.Enqueued;
import dev.meshclient.internal.control.Snapshots;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.registry.FakeRegistry;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a document on a server, or in a file, to where a call of a wrapped client ends up. */
class MeshRegistryTest {

    private final MockWebServer blue = new MockWebServer();
    private final MockWebServer green = new MockWebServer();

    @TempDir
    private Path directory;

    @BeforeEach
    void start() throws IOException {
        answers(blue, "blue");
        answers(green, "green");
    }

    @AfterEach
    void stop() {
        blue.close();
        green.close();
    }

    private static void answers(MockWebServer server, String body) throws IOException {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return new MockResponse.Builder().body(body).build();
            }
        });
        server.start();
    }

    private static String document(int version, MockWebServer orders) {
        return Documents.mesh("test")
                .version(version)
                .services(service("orders", orders, ""))
                .json();
    }

    private static Mesh mesh(PolicySource source) {
        return Mesh.builder()
                .policy(source)
                .claim("orders")
                .initialFetchTimeout(Patience.LONG)
                .build();
    }

    private static String call(OkHttpClient http) throws IOException {
        return call(http, "orders");
    }

    private static String call(OkHttpClient http, String host) throws IOException {
        Request request = new Request.Builder().url("http://" + host + "/v1/7").build();
        try (Response response = http.newCall(request).execute()) {
            return response.body().string();
        }
    }

    @Test
    void a_change_on_a_holding_registry_takes_effect() throws IOException {
        try (FakeRegistry registry =
                        new FakeRegistry().serves(document(1, blue), "\"1\"").holds();
                Mesh mesh = mesh(PolicySource.http(registry.uri("/mesh/policy")))) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
            assertThat(mesh.policyRevision()).isEqualTo("version 1");
            assertThat(call(http)).isEqualTo("blue");
            registry.awaitHeld();
            registry.serves(document(2, green), "\"2\"");
            await().until(mesh::policyRevision, "version 2"::equals);
            assertThat(call(http)).isEqualTo("green");
        }
    }

    @Test
    void calls_before_the_first_document_wait_for_it() throws Exception {
        try (FakeRegistry registry = new FakeRegistry().serves("not yet", null);
                Mesh mesh = mesh(PolicySource.http(registry.uri("/mesh/policy")).pollInterval(Duration.ofSeconds(1)))) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            assertThat(mesh.awaitReady(Duration.ZERO)).isFalse();
            CompletableFuture<String> answer = Enqueued.body(
                    http.newCall(new Request.Builder().url("http://orders/v1/7").build()));
            await().until(() -> http.dispatcher().runningCallsCount() == 1);
            assertThat(answer).isNotDone();
            registry.serves(document(1, blue), "\"1\"");
            assertThat(answer.get()).isEqualTo("blue");
        }
    }

    @Test
    void without_any_document_the_call_fails_and_says_what_the_registry_said() throws IOException {
        try (FakeRegistry registry = new FakeRegistry().serves("no policy", null);
                Mesh mesh = Mesh.builder()
                        .policy(PolicySource.http(registry.uri("/mesh/policy")))
                        .claim("orders")
                        .initialFetchTimeout(Duration.ofMillis(100))
                        .build()) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            await().until(() -> mesh.status().lastProblem() != null);
            assertThatThrownBy(() -> call(http))
                    .isInstanceOf(PolicyUnavailable.class)
                    .rootCause()
                    .isInstanceOf(PolicyException.class)
                    .hasMessageContaining("Unrecognized token 'no'");
        }
    }

    @Test
    void a_static_file_server_of_the_jdk_is_a_registry() throws IOException {
        Path file = Files.writeString(directory.resolve("policy.json"), document(1, blue));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] json = Files.readAllBytes(file);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, json.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(json);
            }
        });
        server.start();
        URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/policy.json");
        try (Mesh mesh = mesh(PolicySource.http(uri).pollInterval(Duration.ofSeconds(1)))) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            assertThat(call(http)).isEqualTo("blue");
            Files.writeString(file, document(2, green));
            await().until(mesh::policyRevision, "version 2"::equals);
            assertThat(call(http)).isEqualTo("green");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void a_dead_registry_changes_nothing() throws IOException {
        FakeRegistry registry = new FakeRegistry().serves(document(1, blue), "\"1\"");
        try (Mesh mesh = mesh(PolicySource.http(registry.uri("/mesh/policy")).pollInterval(Duration.ofSeconds(1)))) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            assertThat(call(http)).isEqualTo("blue");
            registry.dies();
            assertThat(call(http)).isEqualTo("blue");
            assertThat(mesh.policyRevision()).isEqualTo("version 1");
        }
    }

    @Test
    void a_process_that_starts_while_the_registry_is_down_has_the_policy_of_the_one_before() throws IOException {
        FakeRegistry registry = new FakeRegistry().serves(document(1, blue), "\"1\"");
        Mesh.Builder builder = Mesh.builder()
                .policy(PolicySource.http(registry.uri("/mesh/policy")))
                .claim("orders")
                .snapshotDirectory(directory);
        try (Mesh mesh = builder.build()) {
            assertThat(call(mesh.wrap(new OkHttpClient()))).isEqualTo("blue");
            await().until(() -> hasSnapshot(directory));
        }
        registry.dies();
        try (Mesh mesh = builder.initialFetchTimeout(Patience.LONG).build()) {
            assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
            assertThat(mesh.policyRevision()).isEqualTo("version 1");
            assertThat(call(mesh.wrap(new OkHttpClient()))).isEqualTo("blue");
        }
    }

    private static Documents revision(String revision) {
        String[] epochAndVersion = revision.split("/", -1);
        return Documents.mesh("test").epoch(epochAndVersion[0]).metadata("'version': " + epochAndVersion[1]);
    }

    private static String document(String revision, String services) {
        return revision(revision).services(services).json();
    }

    private static String service(String name, MockWebServer server, String more) {
        return Documents.service(name).endpoint(server.getPort()).with(more).json();
    }

    /** State, and the document it is from, of each service. */
    private static Map<String, String> standing(Mesh mesh) {
        Map<String, String> standing = new TreeMap<>();
        mesh.status()
                .services()
                .forEach((name, service) -> standing.put(
                        name,
                        service.state() + " " + service.revision() + " " + service.hosts() + " " + service.pipeline()));
        return standing;
    }

    private void awaitKept(FakeRegistry registry, String revision) {
        await().ignoreExceptions()
                .until(
                        () -> Snapshots.revision(
                                directory, registry.uri("/mesh/policy").toString()),
                        revision::equals);
    }

    private Mesh.Builder restartable(FakeRegistry registry) {
        return Mesh.builder()
                .policy(PolicySource.http(registry.uri("/mesh/policy")).pollInterval(Duration.ofSeconds(1)))
                .claim("orders", "billing", "cart", "front")
                .initialFetchTimeout(Patience.LONG)
                .snapshotDirectory(directory);
    }

    private static void awaitRevision(Mesh mesh, String revision) {
        await().until(mesh::policyRevision, revision::equals);
    }

    /** What is kept from two older documents, one of them by a subset that is given up, is in force after a restart. */
    @Test
    void a_restart_without_a_registry_changes_no_service() throws IOException {
        String subset = "'subsets': [{'name': 'v2', 'labels': {'v': '2'}}]";
        String front =
                "'front': {'hosts': ['front'], 'rules': [{'name': 'all', 'backendRefs': [{'name': 'orders', 'subset':"
                        + " 'v2'}]}]%s}";
        String last = document(
                "e/3",
                service("orders", green, "") + ", " + service("billing", green, "'retry': {}") + ", "
                        + front.formatted(", 'retry': {}") + ", " + service("new", blue, "'retry': {}"));
        FakeRegistry registry = new FakeRegistry()
                .serves(
                        document(
                                "e/1",
                                service("orders", blue, subset) + ", " + service("billing", blue, "") + ", "
                                        + service("cart", blue, "") + ", " + service("gone", blue, "") + ", "
                                        + front.formatted("")),
                        "\"1\"");
        Map<String, String> before;
        try (Mesh mesh = restartable(registry).build()) {
            awaitRevision(mesh, "e/1");
            registry.serves(
                    document(
                            "e/2",
                            service("orders", blue, subset) + ", " + service("billing", green, "") + ", "
                                    + service("cart", blue, "") + ", 'gone': null, "
                                    + front.formatted(", 'retry': {}")),
                    "\"2\"");
            awaitRevision(mesh, "e/2");
            registry.serves(last, "\"3\"");
            awaitRevision(mesh, "e/3");
            before = standing(mesh);
            assertThat(mesh.status().freshness())
                    .extracting(MeshStatus.Freshness::from)
                    .isEqualTo(MeshStatus.From.LIVE);
            awaitKept(registry, "e/3");
        }
        assertThat(before).containsOnlyKeys("orders", "billing", "cart", "front", "new");
        assertThat(before.get("front")).startsWith("KEPT e/1");
        assertThat(before.get("billing")).startsWith("KEPT e/2");
        assertThat(before.get("cart")).startsWith("ABSENT e/2");
        assertThat(before.get("new")).startsWith("REFUSED");
        registry.dies();
        for (int restart = 1; restart <= 2; restart++) {
            try (Mesh mesh = restartable(registry).build()) {
                assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
                assertThat(standing(mesh)).isEqualTo(before);
                OkHttpClient http = mesh.wrap(new OkHttpClient());
                assertThat(call(http)).isEqualTo("green");
                assertThat(call(http, "billing")).isEqualTo("green");
                assertThat(call(http, "cart")).isEqualTo("blue");
                await().until(() -> mesh.status().lastProblem() != null);
                MeshStatus status = mesh.status();
                assertThat(status.freshness())
                        .extracting(MeshStatus.Freshness::from)
                        .isEqualTo(MeshStatus.From.SNAPSHOT);
                assertThat(status.toString())
                        .contains(
                                "policy e/3 from PolicySource.http(",
                                ", from a snapshot, confirmed ",
                                " s ago\nlast problem, ")
                        .contains("ConnectException");
            }
        }
    }

    private static String part(String revision, String scope, String services) {
        return revision(revision)
                .metadata("'scope': {'hosts': [" + scope + "]}")
                .services(services)
                .json();
    }

    /** What the last part does not speak of stays, and what an earlier one did not have is removed in its time. */
    @Test
    void a_restart_without_a_registry_keeps_what_the_last_part_does_not_speak_of() throws IOException {
        FakeRegistry registry = new FakeRegistry()
                .serves(
                        part(
                                "e/1",
                                "'orders', 'billing', 'cart'",
                                service("orders", blue, "") + ", " + service("billing", blue, "") + ", "
                                        + service("cart", blue, "")),
                        "\"1\"");
        String last = part("e/3", "'orders'", service("orders", green, ""));
        Map<String, String> before;
        try (Mesh mesh = restartable(registry).build()) {
            awaitRevision(mesh, "e/1");
            registry.serves(part("e/2", "'orders', 'cart'", service("orders", blue, "")), "\"2\"");
            awaitRevision(mesh, "e/2");
            registry.serves(last, "\"3\"");
            awaitRevision(mesh, "e/3");
            before = standing(mesh);
            awaitKept(registry, "e/3");
        }
        assertThat(before).containsOnlyKeys("orders", "billing", "cart");
        registry.dies();
        for (int restart = 1; restart <= 2; restart++) {
            try (Mesh mesh = restartable(registry).build()) {
                assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
                assertThat(standing(mesh)).isEqualTo(before);
                assertThat(mesh.status().services())
                        .hasEntrySatisfying(
                                "billing", s -> assertThat(s.dropsIn()).isNull())
                        .hasEntrySatisfying("cart", s -> assertThat(s.dropsIn()).isNotNull());
                OkHttpClient http = mesh.wrap(new OkHttpClient());
                assertThat(call(http)).isEqualTo("green");
                assertThat(call(http, "billing")).isEqualTo("blue");
                assertThat(call(http, "cart")).isEqualTo("blue");
            }
        }
    }

    @Test
    void a_restart_lets_no_lower_version_and_no_earlier_epoch_in() throws IOException {
        FakeRegistry registry = new FakeRegistry().serves(document("a/5", service("orders", blue, "")), "\"1\"");
        String last = document("b/7", service("orders", green, ""));
        try (registry) {
            try (Mesh mesh = restartable(registry).build()) {
                awaitRevision(mesh, "a/5");
                registry.serves(last, "\"2\"");
                awaitRevision(mesh, "b/7");
                awaitKept(registry, "b/7");
            }
            registry.serves(document("b/6", service("orders", blue, "")), "\"3\"");
            try (Mesh mesh = restartable(registry).build()) {
                awaitRefusal(mesh, "metadata.version");
                registry.serves(document("a/9", service("orders", blue, "")), "\"4\"");
                awaitRefusal(mesh, "metadata.epoch");
                assertThat(mesh.policyRevision()).isEqualTo("b/7");
                assertThat(call(mesh.wrap(new OkHttpClient()))).isEqualTo("green");
            }
        }
    }

    /** One day old, of a document that may be trusted for an hour. */
    @Test
    void the_status_has_the_age_of_a_stale_snapshot_and_the_last_answer_of_the_registry() throws IOException {
        FakeRegistry registry = new FakeRegistry();
        String last = revision("e/1")
                .metadata("'ttl': '1h'")
                .services(service("orders", blue, ""))
                .json();
        registry.serves(last, "\"1\"");
        try (Mesh mesh = restartable(registry).build()) {
            awaitRevision(mesh, "e/1");
            awaitKept(registry, "e/1");
        }
        registry.dies();
        FakeRegistry.age(directory, registry.uri("/mesh/policy"), Duration.ofDays(1));
        try (Mesh mesh =
                restartable(registry).initialFetchTimeout(Duration.ofSeconds(1)).build()) {
            awaitRevision(mesh, "e/1");
            await().until(() -> mesh.status().lastProblem() != null);
            assertThat(mesh.status().toString())
                    .contains(", from a STALE snapshot, confirmed 24 h ago\nlast problem, ");
        }
    }

    private static void awaitRefusal(Mesh mesh, String path) {
        await().until(() -> mesh.status().refusals().getOrDefault("$", List.of()).stream()
                .anyMatch(problem -> problem.path().equals(path)));
    }

    /** Also of a document that is refused in part, which is in force for the rest. */
    @Test
    void what_the_registry_still_has_after_a_restart_is_live_again() throws IOException {
        String partly = document("e/1", service("orders", blue, "") + ", " + service("billing", blue, "'retry': {}"));
        try (FakeRegistry registry = new FakeRegistry().serves(partly, "\"1\"")) {
            try (Mesh mesh = restartable(registry).build()) {
                awaitRevision(mesh, "e/1");
                awaitKept(registry, "e/1");
            }
            registry.changes(r -> r.code(500).body(""));
            try (Mesh mesh = restartable(registry).build()) {
                await().until(() -> mesh.status().lastProblem() != null);
                assertThat(mesh.status().freshness())
                        .extracting(MeshStatus.Freshness::from)
                        .isEqualTo(MeshStatus.From.SNAPSHOT);
                int asked = registry.requests();
                registry.changes(r -> r);
                await().until(() -> mesh.status().freshness(), f -> f != null && f.from() == MeshStatus.From.LIVE);
                assertThat(mesh.status().lastProblem()).isNull();
                assertThat(registry.header(asked, "Mesh-Rejected")).contains("services.billing.retry");
            }
        }
    }

    /** An interrupted write would leave the policy of the last moment out, and go on in the directory after the close. */
    @Test
    void the_last_policy_is_on_disk_once_the_mesh_is_closed() throws IOException {
        try (FakeRegistry registry = new FakeRegistry().serves(document("e/1", service("orders", blue, "")), "\"1\"")) {
            for (int round = 0; round < 10; round++) {
                Path snapshots = directory.resolve("snapshots-" + round);
                try (Mesh mesh =
                        restartable(registry).snapshotDirectory(snapshots).build()) {
                    awaitRevision(mesh, "e/1");
                }
                assertThat(snapshots.toFile().list()).singleElement().asString().endsWith(".snapshot");
            }
        }
    }

    private static boolean hasSnapshot(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(f -> f.toString().endsWith(".snapshot"));
        }
    }

    @Test
    void a_change_of_a_file_takes_effect() throws IOException {
        Path file = Files.writeString(directory.resolve("policy.json"), document(1, blue));
        try (Mesh mesh = mesh(PolicySource.file(file))) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            assertThat(call(http)).isEqualTo("blue");
            Files.writeString(file, document(2, green));
            await().until(mesh::policyRevision, "version 2"::equals);
            assertThat(call(http)).isEqualTo("green");
        }
    }
}
