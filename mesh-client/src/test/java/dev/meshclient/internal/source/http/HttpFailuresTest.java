package dev.meshclient.internal.source.http;

import static dev.meshclient.registry.FakeRegistry.document;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Mesh;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.registry.FakeRegistry;
import dev.meshclient.registry.HttpPolicySource;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.registry.RecordingSink;
import dev.meshclient.registry.WatchedRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import mockwebserver3.SocketEffect.ShutdownConnection;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults of a registry, and the servers that must not get a token. */
class HttpFailuresTest extends WatchedRegistry {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {204, 400, 401, 403, 404, 500, 503})
    void an_error_is_reported_with_its_status_and_the_next_good_answer_is_taken(int code) {
        registry.changes(r -> r.code(code).body(""));
        watch(source());
        sink.awaitEvent("!");
        assertThat(sink.problem(0))
                .contains("registry " + registry.uri("/policy") + ": HTTP " + code)
                .containsPattern("asked again in \\d+ ms");
        registry.changes(r -> r);
        sink.awaitEvent("v1");
    }

    @Test
    void an_error_does_not_forget_the_etag() {
        watch(source());
        sink.awaitEvents("v1");
        registry.changes(r -> r.code(500).body(""));
        sink.awaitEvent("!");
        registry.changes(r -> r);
        registry.awaitRequests(registry.requests() + 2);
        assertThat(registry.header(registry.requests() - 1, "If-None-Match")).isEqualTo("\"a\"");
        assertThat(sink.events()).doesNotContain("v2").startsWith("v1", "!");
    }

    @Test
    void not_modified_to_a_request_without_an_etag_is_an_error() {
        registry.changes(r -> r.code(304).body(""));
        watch(source());
        sink.awaitEvent("!");
        assertThat(sink.problem(0)).contains("HTTP 304");
    }

    @Test
    void retry_after_is_waited_for() {
        registry.changes(r -> r.code(503).body("").setHeader("Retry-After", "40"));
        long began = time.now();
        watch(source());
        registry.awaitRequests(2);
        assertThat(Duration.ofNanos(time.now() - began)).isGreaterThan(Duration.ofSeconds(39));
    }

    @Test
    void retry_after_may_be_a_date() {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                time.wall().instant().plusSeconds(3_000).atZone(ZoneOffset.UTC));
        registry.changes(r -> r.code(503).body("").setHeader("Retry-After", date));
        watch(source());
        sink.awaitEvents("!");
        assertThat(millisIn(sink.problem(0))).isBetween(2_900_000L, 3_600_000L);
    }

    @Test
    void retry_after_of_ten_digits_is_the_longest_pause() {
        registry.changes(r -> r.code(503).body("").setHeader("Retry-After", "2000000000"));
        watch(source());
        sink.awaitEvents("!");
        assertThat(millisIn(sink.problem(0))).isBetween(3_600_000L, 4_400_000L);
    }

    private static long millisIn(String problem) {
        return Long.parseLong(problem.replaceAll("(?s).*asked again in (\\d+) ms.*", "$1"));
    }

    @Test
    void a_dead_registry_is_reported_with_its_address_and_asked_again() throws IOException {
        registry.dies();
        watch(source());
        sink.awaitEvent("!");
        assertThat(sink.problem(0)).contains(registry.uri("/policy").toString(), "ConnectException", "asked again");
    }

    @Test
    void a_thread_that_is_interrupted_while_it_connects_ends_quietly() {
        HttpUrl url = HttpUrl.get(registry.uri("/policy"));
        HttpSettings settings =
                new HttpSettings(List.of(url), null, Duration.ofSeconds(15), Duration.ZERO, null, 1_000, false);
        Fetch fetch = new Fetch(settings, url, time.wall());
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> fetch.get(null, Duration.ZERO)).isInstanceOf(IOException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        fetch.release();
    }

    @Test
    void a_body_that_breaks_off_is_fetched_again() {
        registry.changes(r -> r.setHeader("Content-Length", "100000").onResponseEnd(ShutdownConnection.INSTANCE));
        watch(source());
        sink.awaitEvent("!");
        assertThat(sink.problem(0)).contains("unexpected end of stream");
        registry.changes(r -> r);
        sink.awaitEvent("v1");
        assertThat(registry.header(1, "If-None-Match")).isNull();
    }

    @Test
    void an_etag_that_no_header_can_carry_is_not_used() {
        registry.changes(r -> r.removeHeader("ETag").addHeaderLenient("ETag", "\"\u00fcber\""));
        watch(source());
        registry.awaitRequests(2);
        assertThat(registry.header(1, "If-None-Match")).isNull();
        sink.awaitEvents("v1");
    }

    @Test
    void the_query_stands_in_no_message() {
        registry.changes(r -> r.code(500).body(""));
        watch(PolicySource.http(registry.uri("/policy?signature=secret")));
        sink.awaitEvent("!");
        assertThat(sink.problem(0)).contains("/policy?...").doesNotContain("secret");
    }

    @Test
    void the_token_is_read_for_every_request() throws IOException {
        Path token = Files.writeString(directory.resolve("token"), "first\n");
        watch(source().bearerToken(token));
        sink.awaitEvents("v1");
        assertThat(registry.header(0, "Authorization")).isEqualTo("Bearer first");
        Files.writeString(token, "second\r\n");
        int known = registry.requests();
        registry.awaitRequests(known + 2);
        assertThat(registry.header(known + 1, "Authorization")).isEqualTo("Bearer second");
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing", "empty", "two words"})
    void without_a_token_no_request_is_made(String kind) throws IOException {
        Path token = directory.resolve("token");
        if (!kind.equals("missing")) {
            Files.writeString(token, kind.equals("empty") ? "\n" : "s3cret\nline");
        }
        watch(source().bearerToken(token));
        sink.awaitEvent("!");
        assertThat(sink.problem(0))
                .contains("no request was made", token.toString())
                .doesNotContain("s3cret");
        assertThat(registry.requests()).isZero();
        Files.writeString(token, "now");
        sink.awaitEvent("v1");
        assertThat(registry.header(0, "Authorization")).isEqualTo("Bearer now");
    }

    @Test
    void a_redirect_on_the_same_host_is_followed_with_the_token() throws IOException {
        Path token = Files.writeString(directory.resolve("token"), "t");
        registry.redirects("/policy", registry.uri("/elsewhere").toString());
        watch(source().bearerToken(token));
        sink.awaitEvents("v1");
        assertThat(registry.request(1).getUrl().encodedPath()).isEqualTo("/elsewhere");
        assertThat(registry.header(1, "Authorization")).isEqualTo("Bearer t");
    }

    @Test
    void a_redirect_to_another_server_is_followed_only_without_a_token() throws IOException {
        Path token = Files.writeString(directory.resolve("token"), "t");
        try (FakeRegistry other = new FakeRegistry().serves(document(9), "\"z\"")) {
            registry.redirects("/policy", other.uri("/policy").toString());
            watch(source().bearerToken(token));
            sink.awaitEvent("!");
            assertThat(sink.problem(0)).contains("redirect to " + other.uri("/policy"), "is not followed");
            assertThat(other.requests()).isZero();
            watch.close();
            RecordingSink without = new RecordingSink();
            watch = source().watch(without.at(time));
            without.awaitEvents("v9");
        }
    }

    @Test
    void a_redirect_from_tls_to_plaintext_is_not_followed() throws IOException {
        HeldCertificate certificate = new HeldCertificate.Builder()
                .addSubjectAlternativeName("localhost")
                .build();
        HandshakeCertificates ours = new HandshakeCertificates.Builder()
                .heldCertificate(certificate)
                .addTrustedCertificate(certificate.certificate())
                .build();
        OkHttpClient client = new OkHttpClient.Builder()
                .sslSocketFactory(ours.sslSocketFactory(), ours.trustManager())
                .build();
        try (FakeRegistry secure = FakeRegistry.overTls(ours.sslSocketFactory()).serves(document(2), "\"s\"")) {
            secure.redirects("/away", registry.uri("/policy").toString());
            RecordingSink well = new RecordingSink();
            try (Closeable direct =
                    PolicySource.http(secure.uri("/policy")).client(client).watch(well.at(time))) {
                assertThat(direct).isNotNull();
                well.awaitEvents("v2");
            }
            watch(PolicySource.http(secure.uri("/away")).client(client));
            sink.awaitEvent("!");
            assertThat(sink.problem(0)).contains("not followed", "plaintext");
            assertThat(registry.requests()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://registry:8080/policy",
                "http://10.0.0.1/policy",
                "http://127.0.0.1.example.com/",
                "http://localhost.example.com/"
            })
    void a_token_is_not_sent_in_plaintext_to_another_host(String uri) {
        HttpPolicySource source = PolicySource.http(URI.create(uri));
        assertThatThrownBy(() -> source.bearerToken(directory.resolve("token")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("plaintext")
                .hasMessageContaining("use an https: URI");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://registry/policy", "http://localhost:1/", "http://127.8.0.1/", "http://[::1]:8080/policy"
            })
    void a_token_may_go_over_tls_or_to_this_host(String uri) {
        assertThat(PolicySource.http(URI.create(uri)).bearerToken(directory))
                .hasToString("PolicySource.http(" + uri + ")");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:/etc/policy.json", "policy.json", "ftp://registry/policy", "http:///", "mailto:a@b"})
    void other_uris_are_refused(String uri) {
        assertThatThrownBy(() -> PolicySource.http(URI.create(uri)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http: or https:")
                .hasMessageContaining(uri);
    }

    @Test
    void a_user_in_the_uri_is_refused_and_not_shown() {
        assertThatThrownBy(() -> PolicySource.http(URI.create("https://me:pass@registry/")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bearerToken")
                .hasMessageNotContaining("pass@");
    }

    @Test
    void settings_that_make_no_sense_are_refused() {
        assertRefused("pollInterval", () -> source().pollInterval(Duration.ofMillis(999)));
        assertRefused("pollInterval", () -> source().pollInterval(Duration.ofDays(2)));
        assertRefused("longPoll", () -> source().longPoll(Duration.ofMillis(10)));
        assertRefused("longPoll", () -> source().longPoll(Duration.ofSeconds(-1)));
        assertRefused("longPoll", () -> source().longPoll(Duration.ofHours(2)));
        assertRefused("maxBytes", () -> source().maxBytes(0));
        assertRefused("maxBytes", () -> source().maxBytes(Long.MAX_VALUE));
    }

    private static void assertRefused(String name, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(name);
    }

    @Test
    void a_client_that_a_mesh_wrapped_is_refused() {
        try (Mesh mesh = Mesh.builder().policy(PolicySource.of(document(1))).build()) {
            OkHttpClient wrapped = mesh.wrap(new OkHttpClient());
            assertThatThrownBy(() -> source().client(wrapped))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("wrapped by a mesh");
        }
    }

    @Test
    void a_document_that_met_an_error_on_its_way_is_fetched_and_delivered_again() {
        AtomicBoolean failed = new AtomicBoolean();
        watch = source().watch(
                        new RecordingSink() {
                            @Override
                            public void deliver(PolicyDocument document) throws IOException {
                                if (sink.events().contains("v1") && !failed.getAndSet(true)) {
                                    throw new OutOfMemoryError("for a moment");
                                }
                                sink.deliver(document);
                            }

                            @Override
                            public void failed(IOException problem) {}
                        }.at(time));
        sink.awaitEvents("v1");
        registry.serves(document(2), "\"b\"");
        sink.awaitEvents("v1", "v2");
        assertThat(failed).isTrue();
    }
}
