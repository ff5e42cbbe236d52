package dev.meshclient.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AnswersTest {
    private final Answers answers = new Answers(0);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private void send(String text) throws IOException {
        answers.send(out, text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void are_sent_at_once_while_none_are_held() throws IOException {
        send("a");

        assertThat(out).hasToString("a");
    }

    @Test
    void are_held_until_they_are_released_even_if_all_are_there() throws Exception {
        answers.hold(2);
        send("a");
        send("b");

        assertThat(answers.await(60_000)).isEqualTo(2);
        assertThat(out).hasToString("");

        answers.release();
        send("c");

        assertThat(out).hasToString("abc");
    }

    @Test
    void a_wait_that_is_too_long_says_how_many_came() throws Exception {
        answers.hold(2);
        send("a");

        assertThat(answers.await(0)).isEqualTo(1);
    }
}
