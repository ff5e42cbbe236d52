package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.contract.Enqueued;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.registry.FakeHostRegistry;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the first call to a host, over the registry, to where it ends up. */
class MeshOnDemandTest {

    private final MockWebServer backend = new MockWebServer();
    private FakeHostRegistry registry;

    @TempDir
    private Path directory;

    @BeforeEach
    void start() throws IOException {
        backend.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return new MockResponse.Builder()
                        .body(String.valueOf(request.getHeaders().get("Host")))
                        .build();
            }
        });
        backend.start();
        registry = new FakeHostRegistry();
        for (String host : List.of("orders", "billing.svc", "cart.svc", "other.svc")) {
            registry.hasAt(host, backend.getPort());
        }
    }

    @AfterEach
    void stop() throws IOException {
        registry.close();
        backend.close();
    }

    private Mesh.Builder mesh() {
        return Mesh.builder()
                .policy(PolicySource.http(registry.uri("/policy")).onDemand())
                .claim("orders", "*.svc")
                .initialFetchTimeout(Patience.LONG);
    }

    private static String call(OkHttpClient http, String host) throws IOException {
        try (Response response = http.newCall(
                        new Request.Builder().url("http://" + host + "/v1/7").build())
                .execute()) {
            return response.body().string();
        }
    }

    @Test
    void each_host_is_asked_for_when_it_is_first_called() throws IOException {
        try (Mesh mesh = mesh().build()) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
            assertThat(mesh.status().services()).containsOnlyKeys("orders");
            registry.awaitHeld();
            assertThat(call(http, "billing.svc")).isEqualTo("billing.svc");
            assertThat(call(http, "orders")).isEqualTo("orders");
            assertThat(call(http, "cart.svc:8080")).isEqualTo("cart.svc:8080");
            assertThat(mesh.status().services()).containsOnlyKeys("orders", "billing.svc", "cart.svc");
            assertThat(registry.asked()).contains("orders", "billing.svc,orders", "billing.svc,cart.svc,orders");
        }
    }

    @Test
    void an_unclaimed_host_is_called_as_before_and_the_registry_never_hears_of_it() throws IOException {
        try (Mesh mesh = mesh().build()) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            assertThat(call(http, "orders")).isEqualTo("orders");
            String own = "localhost:" + backend.getPort();
            assertThat(call(http, own)).isEqualTo(own);
            assertThat(call(http, "cart.svc")).isEqualTo("cart.svc");
            assertThat(String.join(" ", registry.asked())).doesNotContain("localhost");
        }
    }

    @Test
    void an_unknown_host_fails_at_once_and_is_served_when_it_appears() throws IOException {
        try (Mesh mesh = mesh().build()) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            assertThatThrownBy(() -> call(http, "new.svc"))
                    .isInstanceOf(NoRoute.class)
                    .hasMessageContaining("new.svc:80, although its source was asked for it");
            registry.awaitAsked("new.svc,orders?...");
            int asked = registry.asked().size();
            for (int i = 0; i < 100; i++) {
                assertThatThrownBy(() -> call(http, "new.svc")).isInstanceOf(NoRoute.class);
            }
            assertThat(registry.asked()).hasSizeLessThan(asked + 20);
            registry.hasAt("new.svc", backend.getPort());
            await().ignoreExceptions().until(() -> call(http, "new.svc"), "new.svc"::equals);
        }
    }

    @Test
    void calls_to_many_hosts_at_the_start_all_get_through() throws Exception {
        List<String> hosts =
                IntStream.range(0, 20).mapToObj(i -> "h" + i + ".svc").toList();
        hosts.forEach(host -> registry.hasAt(host, backend.getPort()));
        try (Mesh mesh = mesh().build()) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            List<CompletableFuture<String>> answers = hosts.stream()
                    .map(host -> Enqueued.body(http.newCall(
                            new Request.Builder().url("http://" + host + "/").build())))
                    .toList();
            for (int i = 0; i < hosts.size(); i++) {
                assertThat(answers.get(i).get()).isEqualTo(hosts.get(i));
            }
        }
    }

    @Test
    void a_server_that_knows_no_hosts_answers_the_whole_policy_and_that_is_all_it_is_asked_for() throws IOException {
        registry.answersWhole();
        try (Mesh mesh = mesh().build()) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
            assertThat(call(http, "billing.svc")).isEqualTo("billing.svc");
            assertThatThrownBy(() -> call(http, "no.svc")).isInstanceOf(NoRoute.class);
            assertThat(registry.asked()).allMatch(asked -> asked.startsWith("orders"));
        }
    }

    @Test
    void after_a_restart_the_hosts_of_before_are_there_at_once_and_asked_for_again() throws IOException {
        try (Mesh mesh = mesh().snapshotDirectory(directory).build()) {
            assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
            registry.awaitHeld();
            assertThat(call(mesh.wrap(new OkHttpClient()), "billing.svc")).isEqualTo("billing.svc");
            await().until(() -> keeps("billing.svc"));
            registry.awaitAsked("billing.svc,orders?..."); // which is the last
        }
        int before = registry.asked().size();
        try (Mesh mesh = mesh().snapshotDirectory(directory).build()) {
            assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
            assertThat(mesh.status().services()).containsKey("billing.svc");
            await().until(() -> registry.asked().size() > before);
            assertThat(registry.asked().get(before)).isEqualTo("billing.svc,orders");
        }
        registry.dies();
        try (Mesh mesh = mesh().snapshotDirectory(directory)
                .initialFetchTimeout(Duration.ofSeconds(1))
                .build()) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
            assertThat(call(http, "billing.svc")).isEqualTo("billing.svc");
            assertThatThrownBy(() -> call(http, "cart.svc"))
                    .isInstanceOf(PolicyUnavailable.class)
                    .hasMessageContaining("does not cover it");
        }
    }

    /** Orders no longer sends calls to cart: the mesh does not ask for cart, and no answer removed it. */
    @Test
    void after_a_restart_without_a_registry_what_no_answer_speaks_of_any_more_is_there_still() throws IOException {
        registry.has("orders", "\"rules\": [{\"backendRefs\": [{\"name\": \"cart.svc\"}]}], \"endpoints\": []");
        registry.sends("orders", "cart.svc");
        try (Mesh mesh = mesh().snapshotDirectory(directory).build()) {
            assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
            assertThat(mesh.status().services()).containsOnlyKeys("orders", "cart.svc");
            registry.sendsAlone("orders");
            registry.hasAt("orders", backend.getPort());
            await().until(() -> state(mesh, "cart.svc") == MeshStatus.State.ABSENT);
            await().until(() -> keeps(" true\n"));
        }
        registry.dies();
        try (Mesh mesh = mesh().snapshotDirectory(directory)
                .initialFetchTimeout(Duration.ofSeconds(1))
                .build()) {
            assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
            assertThat(mesh.status().services()).containsOnlyKeys("orders", "cart.svc");
            assertThat(state(mesh, "cart.svc")).isEqualTo(MeshStatus.State.ABSENT);
            assertThat(mesh.status().services())
                    .hasEntrySatisfying("cart.svc", s -> assertThat(s.dropsIn()).isNull());
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            assertThat(call(http, "orders")).isEqualTo("orders");
            assertThat(call(http, "cart.svc")).isEqualTo("cart.svc");
        }
    }

    private static MeshStatus.@Nullable State state(Mesh mesh, String service) {
        MeshStatus.Service now = mesh.status().services().get(service);
        return now == null ? null : now.state();
    }

    private boolean keeps(String host) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".snapshot")).toList()) {
                if (Files.readString(file).contains(host)) {
                    return true;
                }
            }
        }
        return false;
    }
}
