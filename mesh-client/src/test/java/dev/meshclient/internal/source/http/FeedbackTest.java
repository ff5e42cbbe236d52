package dev.meshclient.internal.source.http;

import static dev.meshclient.registry.FakeRegistry.document;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.registry.RecordingSink;
import dev.meshclient.registry.WatchedRegistry;
import java.io.IOException;
import okhttp3.Request;
import org.junit.jupiter.api.Test;

/** The report of the mesh to a registry about the document that it sent. */
class FeedbackTest extends WatchedRegistry {
    @Test
    void a_document_in_force_is_reported_as_applied() {
        registry.serves(document(1), "W/\"a\"");
        watch(source());
        registry.awaitRequests(3);
        assertThat(registry.header(0, "Mesh-Applied")).isNull();
        assertThat(registry.header(1, "Mesh-Applied")).isEqualTo("W/\"a\"");
        assertThat(registry.header(2, "Mesh-Applied")).isEqualTo("W/\"a\"");
        assertThat(registry.header(1, "Mesh-Rejected")).isNull();
    }

    @Test
    void a_bad_document_is_reported_as_rejected_with_the_reason_until_there_is_a_good_one() {
        registry.serves(document(1).replace("MeshPolicy", "Mesh\u00fc"), "\"bad\"");
        watch(source());
        registry.awaitRequests(2);
        assertThat(registry.header(1, "Mesh-Applied")).isNull();
        assertThat(registry.header(1, "Mesh-Rejected"))
                .startsWith("\"bad\"; reason=\"policy document refused, 1 problem(s): kind")
                .endsWith("\"");
        registry.serves(document(2), "\"b\"");
        sink.awaitEvents("!", "v2");
        int known = registry.requests();
        registry.awaitRequests(known + 1);
        assertThat(registry.header(known, "Mesh-Applied")).isEqualTo("\"b\"");
        assertThat(registry.header(known, "Mesh-Rejected")).isNull();
    }

    @Test
    void what_reads_well_and_cannot_be_put_in_force_is_rejected_too() {
        watch = source().watch(
                        new RecordingSink() {
                            @Override
                            public void deliver(PolicyDocument document) throws IOException {
                                throw new IOException("version 1 is lower than 7");
                            }

                            @Override
                            public void failed(IOException problem) {}
                        }.at(time));
        registry.awaitRequests(2);
        assertThat(registry.header(1, "Mesh-Rejected")).isEqualTo("\"a\"; reason=\"version 1 is lower than 7\"");
    }

    @Test
    void a_document_that_is_too_long_is_rejected() {
        watch(source().maxBytes(10));
        registry.awaitRequests(2);
        assertThat(registry.header(1, "Mesh-Rejected"))
                .startsWith("\"a\"; reason=\"the document is longer than 10 bytes");
    }

    @Test
    void without_an_etag_nothing_is_reported() {
        registry.serves(document(1), null);
        watch(source());
        registry.awaitRequests(2);
        assertThat(registry.header(1, "Mesh-Applied")).isNull();
    }

    @Test
    void a_reason_is_one_line_that_a_header_can_carry() {
        assertThat(sent("two\nlines  here")).isEqualTo("\"a\"; reason=\"two lines here\"");
        assertThat(sent("a \"b\" \\c")).isEqualTo("\"a\"; reason=\"a 'b' /c\"");
        assertThat(sent("\u00fcber\u0007!")).isEqualTo("\"a\"; reason=\"?ber?!\"");
    }

    @Test
    void a_long_reason_is_shortened() {
        assertThat(sent("x".repeat(5_000)))
                .hasSize("\"a\"; reason=\"\"".length() + 200)
                .endsWith("x...\"");
    }

    private static String sent(String reason) {
        Request.Builder request = new Request.Builder().url("http://registry/");
        new Feedback("\"a\"", reason, false).addTo(request);
        return request.build().header("Mesh-Rejected");
    }
}
