package dev.meshclient.policy.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.policy.PolicyCheck;
import dev.meshclient.policy.PolicyException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Whose mistake it is that a text cannot be read. */
class JsonTextTest {
    private static JsonText text(String json) {
        return new JsonText(json.getBytes(StandardCharsets.UTF_8), new PolicyCheck());
    }

    @Test
    void a_defect_of_ours_is_no_mistake_of_the_author() {
        IllegalStateException ours = new IllegalStateException("no such thing");

        assertThatThrownBy(() -> text("{}").read(true, in -> {
                    throw ours;
                }))
                .isInstanceOf(PolicyException.class)
                .hasCause(ours)
                .hasMessageContaining("IllegalStateException: no such thing")
                .hasMessageContaining("a defect of mesh-client: please report it")
                .hasMessageNotContaining("RFC 8259");
    }

    @Test
    void a_mistake_of_the_author_is_no_defect_of_ours() {
        assertThatThrownBy(() -> text("{").read(true, JsonCursor::skip))
                .isInstanceOfSatisfying(
                        PolicyException.class, e -> assertThat(e.getCause()).isNull())
                .hasMessageContaining("RFC 8259");
    }
}
