package dev.meshclient.internal.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.meshclient.TokenUnavailable;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.time.InlineTime;
import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Tls;
import dev.meshclient.policy.TokenCredentials;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import okhttp3.Request;
import org.junit.jupiter.api.Test;

/** The layer alone: which attempts get a token. */
class BearerTest {
    private final InlineTime time = new InlineTime();
    private final Tokens tokens = new Tokens(
            time,
            Map.of(
                    "a",
                    () -> "secret",
                    "b",
                    () -> {
                        throw new IOException("the vault is closed");
                    },
                    "d",
                    () -> {
                        throw new IllegalStateException("the vault is broken");
                    }));
    private final AttemptLayer peer = attempt -> Calls.respond(attempt, 200);

    private Attempt run(TokenCredentials credentials, Tls.Mode mode, Request request) throws IOException {
        Call call = Calls.call(time, request);
        AttemptLayer layer = Bearer.create(credentials, tokens, backend(mode), peer);
        call.run(c -> layer.call(c.beginAttempt()));
        return Objects.requireNonNull(call.latest());
    }

    private TokenUnavailable refusal(TokenCredentials credentials, Tls.Mode mode) {
        Call call = Calls.call(time, Calls.get());
        AttemptLayer layer = Bearer.create(credentials, tokens, backend(mode), peer);
        TokenUnavailable e =
                catchThrowableOfType(TokenUnavailable.class, () -> call.run(c -> layer.call(c.beginAttempt())));
        assertThat(Objects.requireNonNull(call.latest()).outcome()).isEqualTo(Outcome.REFUSED);
        return e;
    }

    private static Backend backend(Tls.Mode mode) {
        return new Backend("orders", "orders", Resolution.STATIC, AppProtocol.HTTP, Tls.of(mode), null, 0, 0);
    }

    @Test
    void without_credentials_there_is_no_such_layer() {
        assertThat(Bearer.create(null, tokens, backend(Tls.Mode.SIMPLE), peer)).isSameAs(peer);
    }

    @Test
    void over_tls_the_token_is_sent() throws IOException {
        assertThat(run(new TokenCredentials("a", false), Tls.Mode.SIMPLE, Calls.get())
                        .authorization())
                .isEqualTo("Bearer secret");
        Request https = new Request.Builder().url("https://orders/").build();
        assertThat(run(new TokenCredentials("a", false), Tls.Mode.DISABLE, https)
                        .authorization())
                .isEqualTo("Bearer secret");
    }

    @Test
    void in_the_clear_the_call_fails() {
        assertThat(refusal(new TokenCredentials("a", false), Tls.Mode.DISABLE))
                .hasMessageContaining("token 'a' is not sent in the clear")
                .hasMessageContaining("state tls for it in the policy");
    }

    @Test
    void a_token_that_is_not_there_fails_the_call_and_says_why() {
        assertThat(refusal(new TokenCredentials("b", false), Tls.Mode.SIMPLE))
                .hasMessageContaining("the vault is closed");
        assertThat(refusal(new TokenCredentials("d", false), Tls.Mode.SIMPLE))
                .hasMessageContaining("the vault is broken");
        assertThat(refusal(new TokenCredentials("c", false), Tls.Mode.SIMPLE))
                .hasMessageContaining("this process knows only a, b, d")
                .hasMessageContaining("Mesh.builder().token(\"c\", ..)");
    }

    @Test
    void the_callers_own_stays_unless_policy_says_otherwise() throws IOException {
        Request own =
                Calls.get().newBuilder().header("Authorization", "Basic x").build();

        assertThat(run(new TokenCredentials("a", false), Tls.Mode.SIMPLE, own).authorization())
                .isNull();
        assertThat(run(new TokenCredentials("a", true), Tls.Mode.SIMPLE, own).authorization())
                .isEqualTo("Bearer secret");
    }
}
