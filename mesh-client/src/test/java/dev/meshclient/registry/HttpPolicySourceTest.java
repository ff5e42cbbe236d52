package dev.meshclient.registry;

import static dev.meshclient.registry.FakeRegistry.document;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.SocketFactory;
import okhttp3.OkHttpClient;
import okio.Buffer;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.Test;

class HttpPolicySourceTest extends WatchedRegistry {
    @Test
    void the_uri_is_asked_for_as_it_was_given() {
        registry.serves(document(1), "\"a\"");
        watch(PolicySource.http(registry.uri("/mesh/policy?env=prod&q=a%2Fb")));
        sink.awaitEvents("v1");
        assertThat(registry.request(0).getRequestLine()).isEqualTo("GET /mesh/policy?env=prod&q=a%2Fb HTTP/1.1");
        assertThat(registry.header(0, "Accept"))
                .isEqualTo("application/vnd.meshclient.v1+json, application/json;q=0.9");
        assertThat(registry.header(0, "Accept-Encoding")).isEqualTo("gzip");
        assertThat(registry.header(0, "Authorization")).isNull();
    }

    @Test
    void an_etag_in_hand_is_sent_and_the_server_asked_to_hold() {
        registry.serves(document(1), "W/\"a\"");
        watch(source().longPoll(Duration.ofSeconds(7)));
        registry.awaitRequests(3);
        assertThat(registry.header(0, "If-None-Match")).isNull();
        assertThat(registry.header(0, "Prefer")).isNull();
        assertThat(registry.header(1, "If-None-Match")).isEqualTo("W/\"a\"");
        assertThat(registry.header(1, "Prefer")).isEqualTo("wait=7");
        assertThat(registry.header(2, "If-None-Match")).isEqualTo("W/\"a\"");
        assertThat(sink.events()).containsExactly("v1");
    }

    @Test
    void with_a_long_poll_of_zero_nothing_is_asked_to_hold() {
        registry.serves(document(1), "\"a\"").holds();
        watch(source().longPoll(Duration.ZERO));
        registry.awaitRequests(2);
        assertThat(registry.header(1, "If-None-Match")).isEqualTo("\"a\"");
        assertThat(registry.header(1, "Prefer")).isNull();
    }

    @Test
    void a_change_reaches_a_held_request_and_the_next_one_is_held_again() {
        registry.serves(document(1), "\"a\"").holds();
        watch(source());
        for (int version = 2; version < 5; version++) {
            registry.awaitHeld();
            registry.serves(document(version), "\"" + version + "\"");
            sink.awaitEvent("v" + version);
        }
        assertThat(sink.events()).containsExactly("v1", "v2", "v3", "v4");
        registry.awaitHeld();
        assertThat(registry.requests()).isEqualTo(5);
    }

    @Test
    void a_wait_that_ends_without_news_is_followed_by_another() {
        registry.serves(document(1), "\"a\"").holds();
        watch(source());
        for (int known = 2; known < 5; known++) {
            registry.awaitRequests(known);
            registry.awaitHeld();
            registry.endsWait();
        }
        registry.awaitRequests(5);
        registry.awaitHeld();
        assertThat(registry.header(4, "If-None-Match")).isEqualTo("\"a\"");
        registry.serves(document(2), "\"b\"");
        sink.awaitEvents("v1", "v2");
    }

    @Test
    void a_server_that_holds_and_does_not_say_so_is_asked_to_hold_again_after_each_change() {
        registry.changes(r -> r.removeHeader("Preference-Applied"));
        registry.serves(document(1), "\"a\"").holds();
        watch(source().pollInterval(Duration.ofHours(5)));
        for (int version = 2; version < 5; version++) {
            registry.awaitHeld();
            registry.serves(document(version), "\"" + version + "\"");
            sink.awaitEvent("v" + version);
        }
        registry.awaitHeld();
        assertThat(registry.requests()).isEqualTo(5);
    }

    @Test
    void an_empty_etag_is_none() {
        registry.serves(document(1), "");
        watch(source());
        registry.awaitRequests(3);
        assertThat(registry.header(2, "If-None-Match")).isNull();
        assertThat(registry.header(2, "Mesh-Applied")).isNull();
        assertThat(registry.header(2, "Prefer")).isNull();
    }

    @Test
    void a_change_on_a_server_that_does_not_hold_is_found_by_polling() {
        registry.serves(document(1), "\"a\"");
        watch(source());
        sink.awaitEvents("v1");
        registry.awaitRequests(3);
        registry.serves(document(2), "\"b\"");
        sink.awaitEvents("v1", "v2");
    }

    @Test
    void a_server_that_claims_to_hold_and_does_not_is_not_hammered() {
        registry.changes(r -> r.setHeader("Preference-Applied", "wait=30"));
        registry.serves(document(1), "\"a\"");
        long began = time.now();
        watch(source());
        registry.awaitRequests(12);
        assertThat(time.now() - began).isGreaterThan(11_000_000_000L);
    }

    @Test
    void a_bad_document_is_reported_once_and_not_fetched_again() {
        registry.serves(document(1), "\"a\"");
        watch(source());
        sink.awaitEvents("v1");
        registry.serves("{\"kind\": 7", "\"bad\"");
        sink.awaitEvents("v1", "!");
        int known = registry.requests();
        registry.awaitRequests(known + 2);
        assertThat(registry.header(known, "If-None-Match")).isEqualTo("\"bad\"");
        assertThat(sink.problem(0))
                .contains("registry " + registry.uri("/policy"), "ETag \"bad\"", "policy document refused");
        registry.serves(document(3), "\"c\"");
        sink.awaitEvents("v1", "!", "v3");
    }

    @Test
    void a_bad_document_at_the_start_does_not_keep_a_good_one_out() {
        registry.serves("<html>Welcome</html>", null);
        watch(source());
        sink.awaitEvents("!");
        registry.awaitRequests(3);
        registry.serves(document(2), null);
        sink.awaitEvents("!", "v2");
    }

    @Test
    void the_same_bytes_without_an_etag_are_delivered_once() {
        registry.serves(document(1), null);
        watch(source());
        registry.awaitRequests(4);
        assertThat(registry.header(3, "If-None-Match")).isNull();
        registry.serves(document(2), null);
        sink.awaitEvents("v1", "v2");
    }

    @Test
    void a_zipped_document_is_read() {
        registry.serves(document(5), "\"a\"");
        registry.changes(r -> r.body(zipped(document(5))).setHeader("Content-Encoding", "gzip"));
        watch(source());
        sink.awaitEvents("v5");
    }

    @Test
    void a_document_that_is_too_long_is_not_read_to_its_end() {
        String tooLong = document(1) + " ".repeat(50_000);
        registry.serves(tooLong, "\"long\"");
        watch(source().maxBytes(10_000));
        registry.awaitRequests(2);
        assertThat(registry.header(1, "If-None-Match")).isEqualTo("\"long\"");
        assertThat(sink.problem(0)).contains("longer than 10000 bytes");
        registry.serves(document(2), "\"b\"");
        sink.awaitEvents("!", "v2");
    }

    @Test
    void what_is_too_long_only_when_unzipped_or_in_chunks_is_refused_too() {
        String tooLong = document(1) + " ".repeat(5_000_000);
        registry.serves(tooLong, null);
        registry.changes(r -> r.body(zipped(tooLong)).setHeader("Content-Encoding", "gzip"));
        watch(source().maxBytes(10_000));
        sink.awaitEvent("!");
        registry.changes(r -> r.chunkedBody(tooLong, 1_000));
        await().until(() -> sink.problems().size() >= 3);
        assertThat(sink.problems()).allSatisfy(p -> assertThat(p).hasMessageContaining("longer than 10000 bytes"));
        registry.changes(r -> r.body(document(2)));
        sink.awaitEvent("v2");
    }

    @Test
    void a_document_of_exactly_the_limit_is_read() {
        registry.serves(document(1), "\"a\"");
        watch(source().maxBytes(document(1).length()));
        sink.awaitEvents("v1");
    }

    @Test
    void close_ends_a_held_request_its_thread_and_its_connections() throws IOException {
        registry.serves(document(1), "\"a\"").holds();
        RecordingSockets sockets = new RecordingSockets();
        watch(source().client(new OkHttpClient.Builder().socketFactory(sockets).build()));
        registry.awaitHeld();
        assertThat(time.running()).isEqualTo(1);
        watch.close();
        await().until(() -> time.running() == 0);
        assertThat(sockets.made).isNotEmpty().allMatch(Socket::isClosed);
        assertThat(sink.events()).containsExactly("v1");
    }

    @Test
    void close_between_two_requests_ends_the_thread_and_idle_connections() throws IOException {
        registry.serves(document(1), "\"a\"");
        RecordingSockets sockets = new RecordingSockets();
        watch(source().pollInterval(Duration.ofHours(5))
                .client(new OkHttpClient.Builder().socketFactory(sockets).build()));
        registry.awaitRequests(2);
        watch.close();
        watch.close();
        await().until(() -> time.running() == 0);
        assertThat(sockets.made).isNotEmpty().allMatch(Socket::isClosed);
    }

    @Test
    void one_source_serves_two_watches() throws IOException {
        registry.serves(document(1), "\"a\"");
        HttpPolicySource source = source();
        RecordingSink other = new RecordingSink();
        watch(source);
        try (Closeable second = source.watch(other.at(time))) {
            assertThat(second).isNotSameAs(watch);
            sink.awaitEvents("v1");
            other.awaitEvents("v1");
        }
    }

    private static Buffer zipped(String text) {
        Buffer zipped = new Buffer();
        try (okio.BufferedSink gzip = Okio.buffer(new GzipSink(zipped))) {
            gzip.writeUtf8(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return zipped;
    }

    private static final class RecordingSockets extends SocketFactory {
        final List<Socket> made = new CopyOnWriteArrayList<>();

        @Override
        public Socket createSocket() {
            Socket socket = new Socket();
            made.add(socket);
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new AssertionError("OkHttp connects itself");
        }

        @Override
        public Socket createSocket(String host, int port, java.net.InetAddress local, int localPort) {
            throw new AssertionError("OkHttp connects itself");
        }

        @Override
        public Socket createSocket(java.net.InetAddress host, int port) {
            throw new AssertionError("OkHttp connects itself");
        }

        @Override
        public Socket createSocket(java.net.InetAddress host, int port, java.net.InetAddress local, int localPort) {
            throw new AssertionError("OkHttp connects itself");
        }
    }
}
