package dev.meshclient.registry;

import static dev.meshclient.registry.FakeRegistry.document;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One document on two servers. */
class SeveralRegistriesTest {
    private final FastTime time = new FastTime(50);
    private final RecordingSink sink = new RecordingSink();
    private FakeRegistry first;
    private FakeRegistry second;
    private Closeable watch = () -> {};

    @BeforeEach
    void start() throws IOException {
        first = new FakeRegistry().serves(document(1), "\"first\"");
        second = new FakeRegistry().serves(document(1), "\"second\"");
    }

    @AfterEach
    void stop() throws IOException {
        watch.close();
        first.close();
        second.close();
        time.close();
    }

    private void watch() {
        watch = PolicySource.http(first.uri("/a"), second.uri("/b")).watch(sink.at(time));
    }

    private void breaksFirst() {
        first.changes(r -> r.code(500).body(""));
    }

    @Test
    void the_second_is_left_alone_while_the_first_answers() {
        watch();
        first.awaitRequests(4);
        assertThat(second.requests()).isZero();
        assertThat(sink.events()).containsExactly("v1");
    }

    @Test
    void when_the_first_is_dead_the_second_is_asked_at_once() throws IOException {
        first.dies();
        watch();
        sink.awaitEvents("!", "v1");
        assertThat(sink.problem(0))
                .startsWith("registry " + first.uri("/a") + ": ConnectException")
                .endsWith("asked next is registry " + second.uri("/b"));
    }

    @Test
    void the_same_document_from_the_other_is_not_applied_twice_and_no_etag_is_sent_to_another_server() {
        watch();
        sink.awaitEvents("v1");
        breaksFirst();
        second.awaitRequests(2);
        assertThat(second.header(0, "If-None-Match")).isNull();
        assertThat(second.header(0, "Mesh-Applied")).isNull();
        assertThat(second.header(1, "If-None-Match")).isEqualTo("\"second\"");
        assertThat(second.header(1, "Mesh-Applied")).isEqualTo("\"second\"");
        assertThat(sink.events()).containsExactly("v1", "!");
    }

    @Test
    void the_first_is_gone_back_to_with_its_own_etag() {
        watch();
        sink.awaitEvents("v1");
        breaksFirst();
        second.awaitRequests(1);
        first.changes(r -> r);
        int known = first.requests();
        first.awaitRequests(known + 2);
        assertThat(first.header(known, "If-None-Match")).isEqualTo("\"first\"");
        int later = second.requests();
        first.awaitRequests(known + 4);
        assertThat(second.requests()).isEqualTo(later);
        assertThat(sink.events()).doesNotContain("v2").startsWith("v1", "!");
    }

    @Test
    void what_the_first_has_is_in_force_again_although_it_has_not_changed_meanwhile() {
        watch();
        sink.awaitEvents("v1");
        second.serves(document(2), "\"second\"");
        breaksFirst();
        sink.awaitEvents("v1", "!", "v2");
        int known = first.requests();
        first.changes(r -> r);
        first.awaitRequests(known + 1);
        await().until(() -> sink.events().get(sink.events().size() - 1), "v1"::equals);
        assertThat(first.header(known, "If-None-Match")).isNull();
    }

    @Test
    void when_all_fail_there_is_a_pause() {
        breaksFirst();
        second.changes(r -> r.code(503).body(""));
        watch();
        sink.awaitEvent("!");
        await().until(() -> sink.problems().size() >= 2);
        assertThat(sink.problem(0)).contains("HTTP 500", "asked next is registry " + second.uri("/b"));
        assertThat(sink.problem(1)).contains("HTTP 503").containsPattern("asked again in 1\\d{3} ms");
        second.changes(r -> r);
        sink.awaitEvent("v1");
    }

    @Test
    void a_uri_that_is_there_twice_is_refused() {
        URI uri = URI.create("https://registry/policy");
        assertThatThrownBy(() -> PolicySource.http(uri, uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("each URI once");
        assertThat(PolicySource.http(uri, URI.create("https://other/policy")))
                .hasToString("PolicySource.http(https://registry/policy, https://other/policy)");
    }
}
