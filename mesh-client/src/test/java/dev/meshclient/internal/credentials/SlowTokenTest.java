package dev.meshclient.internal.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.TokenUnavailable;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.deadline.Deadline;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Tls;
import dev.meshclient.policy.TokenCredentials;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Calls for which a token is fetched from a source that takes its time. */
class SlowTokenTest {
    private static final long MILLI = 1_000_000L;

    private final VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
    private final List<String> ends = new ArrayList<>();
    private long takesMillis = 4_000;
    private int asked;
    private boolean gone;
    private final Tokens tokens = new Tokens(time, Map.of("a", () -> {
        asked++;
        time.signal("vault").await(time.now() + takesMillis * MILLI);
        if (gone) {
            throw new IOException("the vault is closed");
        }
        return "token-" + asked;
    }));

    /** A call within 500 ms or, for 0, without a limit. */
    private void call(String name, long millis) {
        Backend backend = new Backend(
                "orders", "orders", Resolution.STATIC, AppProtocol.HTTP, Tls.of(Tls.Mode.SIMPLE), null, 0, 0);
        AttemptLayer bearer = Bearer.create(new TokenCredentials("a", false), tokens, backend, attempt -> {
            ends.add(name + " " + attempt.authorization() + " " + time.now() / MILLI);
            return Calls.respond(attempt, 200);
        });
        CallLayer layers =
                Deadline.create(time, Duration.ofMillis(millis), false, call -> bearer.call(call.beginAttempt()));
        try {
            Calls.call(time, Calls.get()).run(layers).close();
        } catch (DeadlineExceeded | TokenUnavailable e) {
            ends.add(name + " " + e.getClass().getSimpleName() + " " + time.now() / MILLI);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_call_ends_at_its_deadline_and_the_token_comes_for_waiting_calls() {
        time.run(() -> {
            time.start("patient", () -> call("patient", 0));
            time.start("patient too", () -> call("patient too", 0));
            call("hasty", 500);
            time.join();
        });

        assertThat(ends)
                .startsWith("hasty DeadlineExceeded 500")
                .containsExactlyInAnyOrder(
                        "hasty DeadlineExceeded 500", "patient Bearer token-1 4000", "patient too Bearer token-1 4000");
        assertThat(asked).isEqualTo(1);
    }

    @Test
    void all_waiting_calls_fail_when_there_is_none() {
        gone = true;
        time.run(() -> {
            time.start("other", () -> call("other", 0));
            call("one", 0);
            time.join();
        });

        assertThat(ends).containsExactlyInAnyOrder("one TokenUnavailable 4000", "other TokenUnavailable 4000");
        assertThat(asked).isEqualTo(1);
    }

    @Test
    void while_a_newer_one_is_fetched_the_last_is_sent_at_once() {
        takesMillis = 1;
        time.run(() -> {
            call("first", 500);
            time.signal("later").await(10_001 * MILLI);
            takesMillis = 4_000;
            call("second", 500);
            time.join();
            call("third", 500);
        });

        assertThat(ends)
                .containsExactly("first Bearer token-1 1", "second Bearer token-1 10001", "third Bearer token-2 14001");
    }
}
