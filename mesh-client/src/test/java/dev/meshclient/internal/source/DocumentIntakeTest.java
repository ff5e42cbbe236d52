package dev.meshclient.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.registry.RecordingSink;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DocumentIntakeTest {
    private final DocumentIntake intake = new DocumentIntake(1_000_000, () -> Instant.EPOCH, null);
    private final RecordingSink sink = new RecordingSink();

    private static byte[] document(int version) {
        return Documents.mesh("test").version(version).json().getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void what_was_in_force_before_a_document_was_put_aside_is_so_still() {
        intake.take(document(1), null, "registry", sink);
        assertThat(intake.take(document(2), null, "registry", sink, document -> true))
                .isFalse();
        assertThat(intake.isInForce()).isTrue();
        intake.take(document(1), null, "registry", sink);
        assertThat(sink.confirmations()).isEqualTo(1);
        intake.take(document(2), null, "registry", sink);
        assertThat(sink.events()).containsExactly("v1", "v2");
    }
}
