package dev.meshclient.examples.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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
        HttpResponse<String> answer = held.get(30, TimeUnit.SECONDS);
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
