package dev.meshclient.internal.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import dev.meshclient.Thrown;
import dev.meshclient.identity.TokenSource;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.time.InlineTime;
import dev.meshclient.internal.time.ThreadlessTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Date;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A token that is kept: when it is asked for again, and what happens if it is not to be had. */
class KeptTokenTest {
    private static final long SECOND = 1_000_000_000L;

    private final InlineTime time = new InlineTime();
    private int asked;
    private String next = "";
    private final KeptToken token = new KeptToken(time, () -> {
        asked++;
        if (next.isEmpty()) {
            throw new IOException("the vault is closed");
        }
        return next;
    });

    private String ask(KeptToken of) throws IOException {
        return of.token(Calls.call(time, Calls.get()).beginAttempt());
    }

    private String jwt(long seconds) {
        return new PlainJWT(new JWTClaimsSet.Builder()
                        .expirationTime(Date.from(time.wall().instant().plusSeconds(seconds)))
                        .jwtID(Long.toString(time.now()))
                        .build())
                .serialize();
    }

    @Test
    void it_is_asked_for_again_a_minute_before_its_end() throws IOException {
        String first = jwt(65);
        next = first;
        assertThat(ask(token)).isEqualTo(first);
        time.step(4 * SECOND);
        next = jwt(300);
        assertThat(ask(token)).isEqualTo(first);
        assertThat(asked).isEqualTo(1);

        time.step(2 * SECOND);
        assertThat(ask(token)).isEqualTo(next);
        assertThat(asked).isEqualTo(2);
    }

    @Test
    void another_token_is_looked_at_every_ten_seconds() throws IOException {
        next = "one";
        assertThat(ask(token)).isEqualTo("one");
        next = "two";
        time.step(9 * SECOND);
        assertThat(ask(token)).isEqualTo("one");
        time.step(SECOND);
        assertThat(ask(token)).isEqualTo("two");
    }

    @Test
    void the_last_token_holds_until_its_end_and_not_beyond() throws IOException {
        String first = jwt(61);
        next = first;
        ask(token);
        next = "";
        time.step(30 * SECOND);
        assertThat(ask(token)).isEqualTo(first);
        assertThat(ask(token)).isEqualTo(first);
        assertThat(asked).as("once a second").isEqualTo(2);

        time.step(31 * SECOND);
        assertThatThrownBy(() -> ask(token)).hasMessage("the vault is closed");
        assertThatThrownBy(() -> ask(token)).hasMessage("the vault is closed");
        assertThat(asked).isEqualTo(3);
    }

    @Test
    void what_is_no_token_or_expired_is_none() {
        for (String wrong : new String[] {"two words", "line\nbreak", "tokén", jwt(0)}) {
            next = wrong;
            assertThatThrownBy(() -> ask(token))
                    .hasMessageContaining("what the source gives")
                    .hasMessageNotContaining(wrong);
            time.step(2 * SECOND);
        }
    }

    @Test
    void a_file_that_is_rotated_is_read_again(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("token"), "one\n");
        KeptToken kept = new KeptToken(time, TokenSource.file(file));
        assertThat(ask(kept)).isEqualTo("one");

        Files.writeString(file, "two\n");
        time.step(10 * SECOND);
        assertThat(ask(kept)).isEqualTo("two");

        Files.writeString(file, "\n");
        time.step(10 * SECOND);
        assertThat(ask(kept)).as("half-written").isEqualTo("two");
        assertThatThrownBy(() -> TokenSource.file(file).token()).hasMessageContaining("is empty");
        assertThatThrownBy(() -> TokenSource.file(directory.resolve("none")).token())
                .hasMessageContaining("cannot be read (NoSuchFileException)");
    }

    @Test
    void a_source_that_breaks_gives_none_and_the_last_token_holds() throws IOException {
        boolean[] broken = {false};
        KeptToken kept = new KeptToken(time, () -> {
            if (broken[0]) {
                throw new IllegalStateException("no");
            }
            return "one";
        });
        ask(kept);
        broken[0] = true;
        time.step(10 * SECOND);
        assertThat(ask(kept)).isEqualTo("one");

        KeptToken none = new KeptToken(time, () -> {
            throw new IllegalStateException("no");
        });
        assertThatThrownBy(() -> ask(none))
                .isInstanceOf(IOException.class)
                .hasMessage("its source failed: java.lang.IllegalStateException: no");
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void whatever_the_source_throws_is_why_there_is_no_token_and_the_next_look_is_a_new_one(Thrown thrown)
            throws IOException {
        boolean[] broken = {true};
        KeptToken kept = new KeptToken(time, () -> {
            if (broken[0]) {
                throw thrown.now();
            }
            return "one";
        });
        String why = thrown == Thrown.IO ? "of the application" : "its source failed: " + thrown.text();
        assertThatThrownBy(() -> ask(kept)).isInstanceOf(IOException.class).hasMessage(why);
        assertThatThrownBy(() -> ask(kept)).isInstanceOf(IOException.class).hasMessage(why);
        broken[0] = false;
        time.step(SECOND);
        assertThat(ask(kept)).isEqualTo("one");
    }

    @Test
    void a_supplier_that_breaks_gives_none() {
        assertThatThrownBy(() -> TokenSource.supplier(() -> {
                            throw new IllegalStateException("no");
                        })
                        .token())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("IllegalStateException: no");
    }

    @Test
    void a_token_is_asked_for_again_after_no_thread_could_be_had() throws IOException {
        ThreadlessTime busy = new ThreadlessTime();
        KeptToken kept = new KeptToken(busy, () -> "one");
        busy.refuse(1);
        assertThatThrownBy(() -> kept.token(Calls.call(busy, Calls.get()).beginAttempt()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no thread");
        busy.step(SECOND);
        assertThat(kept.token(Calls.call(busy, Calls.get()).beginAttempt())).isEqualTo("one");
    }
}
