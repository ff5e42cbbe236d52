package dev.meshclient.examples.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Mesh;
import dev.meshclient.policy.DocumentScope;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.json.PolicyCodec;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryServerTest {
    private final HttpClient http = HttpClient.newHttpClient();
    private RegistryServer registry;

    @BeforeEach
    void start() throws IOException {
        registry = RegistryServer.start(0, "one");
    }

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void answers_the_document_with_an_etag_of_its_content() throws Exception {
        HttpResponse<String> one = get();
        assertThat(one.statusCode()).isEqualTo(200);
        assertThat(one.body()).isEqualTo("one");
        assertThat(one.headers().firstValue("Content-Type")).contains("application/vnd.meshclient.v1+json");
        registry.publish("two");
        String etagOfTwo = etag(get());
        assertThat(etagOfTwo).startsWith("\"").endsWith("\"").isNotEqualTo(etag(one));
        registry.publish("one");
        assertThat(etag(get())).isEqualTo(etag(one));
    }

    @Test
    void tells_who_knows_the_document_so_at_once() throws Exception {
        HttpResponse<String> known = get("If-None-Match", etag(get()));
        assertThat(known.statusCode()).isEqualTo(304);
        assertThat(known.body()).isEmpty();
        assertThat(known.headers().firstValue("Preference-Applied")).isEmpty();
    }

    @Test
    void holds_who_prefers_to_wait_until_another_document_is_published() throws Exception {
        CompletableFuture<HttpResponse<String>> held = http.sendAsync(
                request("If-None-Match", etag(get()), "Prefer", "respond-async, wait=50"), BodyHandlers.ofString());
        get(); // a later request is answered first
        assertThat(held).isNotDone();
        registry.publish("two");
        HttpResponse<String> answer = held.get();
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("two");
        assertThat(answer.headers().firstValue("Preference-Applied")).contains("wait=50");
    }

    @Test
    void answers_304_when_nothing_was_published_while_it_waited() throws Exception {
        long began = System.nanoTime();
        HttpResponse<String> answer = get("If-None-Match", etag(get()), "Prefer", "wait=1");
        assertThat(answer.statusCode()).isEqualTo(304);
        assertThat(answer.headers().firstValue("Preference-Applied")).contains("wait=1");
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void keeps_why_clients_refuse_what_is_published_until_the_next_document() throws Exception {
        String one = etag(get());
        get("If-None-Match", one, "Mesh-Rejected", one + "; reason=\"bad\"");
        get("If-None-Match", one, "Mesh-Applied", one);
        get("If-None-Match", "\"other\"", "Mesh-Rejected", "\"other\"; reason=\"of an older one\"");
        assertThat(registry.refusals()).containsExactly(one + "; reason=\"bad\"");
        registry.publish("two");
        assertThat(registry.refusals()).isEmpty();
    }

    @Test
    void does_not_hold_who_knows_another_document() throws Exception {
        HttpResponse<String> answer = get("If-None-Match", "\"an older one\"", "Prefer", "wait=50");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("one");
    }

    private static final String SHOP = """
            {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": %d},
             "jwtProviders": {"corp": {"issuer": "https://id.example", "jwksUri": "https://id.example/jwks"}},
             "services": {
               "orders": {"hosts": ["orders", "orders.shop:8080"], "endpoints": [],
                 "rules": [{"backendRefs": [{"name": "orders"}, {"name": "stock"}]}]},
               "stock": {"hosts": ["stock"], "endpoints": [], "rules": [{"backendRefs": [{"name": "far"}]}]},
               "far": {"hosts": ["far"], "endpoints": []},
               "all-of-cart": {"hosts": ["*.cart"], "endpoints": []},
               "payments": {"hosts": ["payments"], "endpoints": [{"address": "10.0.0.%d", "port": 80}]},
               "old": null, "older": null}}
            """;

    private MeshPolicy part(String query) throws Exception {
        HttpResponse<String> answer = get(HttpRequest.newBuilder(URI.create(registry.uri() + query)));
        return PolicyCodec.readStrict(answer.body().getBytes(StandardCharsets.UTF_8))
                .policy();
    }

    private HttpResponse<String> get(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.version(HttpClient.Version.HTTP_1_1).build(), BodyHandlers.ofString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "?hosts= | ",
                "?hosts=orders | orders stock far",
                "?env=a&hosts=orders.shop,no | orders stock far",
                "?hosts=a.cart | all-of-cart",
                "?hosts=all-of-cart,payments | all-of-cart payments",
                "?hosts=%5B2001%3Adb8%3A%3A1%5D,a%26b | ",
            })
    void answers_who_asks_for_hosts_with_what_these_need(String query, @Nullable String services) throws Exception {
        registry.publish(SHOP.formatted(1, 1));
        MeshPolicy part = part(query);
        assertThat(part.services().keySet())
                .containsExactlyInAnyOrder(services == null ? new String[0] : services.split(" ", -1));
        assertThat(part.metadata().version()).isEqualTo(1);
        assertThat(part.jwtProviders()).containsOnlyKeys("corp");
    }

    @Test
    void says_what_a_part_speaks_of() throws Exception {
        registry.publish(SHOP.formatted(1, 1));
        assertThat(part("?hosts=orders,no,old").metadata().scope())
                .isEqualTo(new DocumentScope(Set.of("no", "old", "orders")));
        assertThat(part("?hosts=orders,no,old").removed()).containsExactly("old");
        assertThat(part("?hosts=%5B2001%3Adb8%3A%3A1%5D").metadata().scope())
                .isEqualTo(new DocumentScope(Set.of("[2001:db8::1]")));
        assertThat(part("").metadata().scope()).isNull();
        assertThat(part("?hosts").services()).hasSize(5);
    }

    @Test
    void holds_who_waits_for_a_part_until_that_changes() throws Exception {
        registry.publish(SHOP.formatted(1, 1));
        URI payments = URI.create(registry.uri() + "?hosts=payments");
        String known = etag(get(HttpRequest.newBuilder(payments)));
        HttpRequest waiting = HttpRequest.newBuilder(payments)
                .version(HttpClient.Version.HTTP_1_1)
                .header("If-None-Match", known)
                .header("Prefer", "wait=50")
                .build();
        CompletableFuture<HttpResponse<String>> held = http.sendAsync(waiting, BodyHandlers.ofString());
        registry.publish(SHOP.formatted(1, 1) + " ");
        get();
        assertThat(held).isNotDone();
        registry.publish(SHOP.formatted(1, 2));
        assertThat(held.get().body()).contains("10.0.0.2");
    }

    @Test
    void a_mesh_that_asks_for_what_is_called_has_the_services_of_that_call() throws Exception {
        registry.publish(SHOP.formatted(1, 1));
        try (Mesh mesh = Mesh.builder()
                .policy(PolicySource.http(registry.uri()).onDemand())
                .claim("orders")
                .build()) {
            assertThat(mesh.awaitReady(Duration.ofSeconds(30))).isTrue();
            assertThat(mesh.status().services()).containsOnlyKeys("orders", "stock", "far");
        }
    }

    @Test
    void a_document_that_is_not_read_is_answered_whole() throws Exception {
        assertThat(get(HttpRequest.newBuilder(URI.create(registry.uri() + "?hosts=orders")))
                        .body())
                .isEqualTo("one");
    }

    @Test
    void takes_no_documents_over_the_network() throws Exception {
        HttpRequest put = HttpRequest.newBuilder(registry.uri())
                .PUT(HttpRequest.BodyPublishers.ofString("two"))
                .build();
        HttpResponse<String> answer = http.send(put, BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(get().body()).isEqualTo("one");
    }

    private HttpResponse<String> get(String... headers) throws IOException, InterruptedException {
        return http.send(request(headers), BodyHandlers.ofString());
    }

    private HttpRequest request(String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(registry.uri()).version(HttpClient.Version.HTTP_1_1);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request.build();
    }

    private static String etag(HttpResponse<String> response) {
        return response.headers().firstValue("ETag").orElseThrow();
    }
}
