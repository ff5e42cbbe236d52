package dev.meshclient.registry;

import static dev.meshclient.registry.FakeRegistry.document;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import okio.Buffer;
import okio.BufferedSink;
import okio.ByteString;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9530: the digest is of the bytes that travel. */
class ReprDigestTest extends WatchedRegistry {
    private static String digest(ByteString bytes) {
        return "sha-256=:" + bytes.sha256().base64() + ":";
    }

    private static ByteString zipped(String text) throws IOException {
        Buffer zipped = new Buffer();
        try (BufferedSink gzip = Okio.buffer(new GzipSink(zipped))) {
            gzip.writeUtf8(text);
        }
        return zipped.readByteString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "sha-512=:AAAA:, %s", "%s;p=1, unixsum=1", "sha-256=:AAAA:, %s"})
    void a_document_with_its_digest_is_read(String header) {
        String digest = digest(ByteString.encodeUtf8(document(1)));
        registry.changes(r -> r.setHeader("Repr-Digest", header.formatted(digest)));
        watch(source());
        sink.awaitEvents("v1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sha-256=:AAAA:", "sha-256=c0ffee", "sha-256=", "sha-512=:AAAA:, sha-256=:AAAA:"})
    void a_document_with_another_digest_is_reported_not_read_and_fetched_again(String header) {
        registry.changes(r -> r.setHeader("Repr-Digest", header));
        watch(source());
        sink.awaitEvent("!");
        assertThat(sink.problem(0))
                .contains("the document is not read", "Repr-Digest is sha-256=")
                .contains("what came is " + digest(ByteString.encodeUtf8(document(1))));
        registry.awaitRequests(2);
        assertThat(registry.header(1, "If-None-Match")).isNull();
        registry.changes(r -> r.setHeader("Repr-Digest", digest(ByteString.encodeUtf8(document(1)))));
        sink.awaitEvent("v1");
    }

    @Test
    void a_digest_of_a_kind_that_is_not_known_is_ignored() {
        registry.changes(r -> r.setHeader("Repr-Digest", "sha-512=:AAAA:"));
        watch(source());
        sink.awaitEvents("v1");
    }

    @Test
    void the_digest_of_a_zipped_document_is_one_of_its_zipped_bytes() throws IOException {
        ByteString zipped = zipped(document(1));
        registry.changes(r -> r.body(new Buffer().write(zipped))
                .setHeader("Content-Encoding", "gzip")
                .setHeader("Repr-Digest", digest(zipped)));
        watch(source());
        sink.awaitEvents("v1");
    }

    @Test
    void the_digest_of_the_file_that_a_proxy_zipped_is_as_good() throws IOException {
        ByteString zipped = zipped(document(1));
        registry.changes(r -> r.body(new Buffer().write(zipped))
                .setHeader("Content-Encoding", "gzip")
                .setHeader("Repr-Digest", digest(ByteString.encodeUtf8(document(1)))));
        watch(source());
        sink.awaitEvents("v1");
    }

    @Test
    void a_coding_that_was_not_asked_for_is_reported_by_name() {
        registry.changes(r -> r.setHeader("Content-Encoding", "br"));
        watch(source());
        sink.awaitEvent("!");
        assertThat(sink.problem(0)).contains("Content-Encoding br", "asked for was gzip");
    }
}
