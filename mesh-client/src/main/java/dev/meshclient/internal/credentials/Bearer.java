package dev.meshclient.internal.credentials;

import dev.meshclient.TokenUnavailable;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.policy.Tls;
import dev.meshclient.policy.TokenCredentials;
import java.io.IOException;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Adds the token that the policy names to each attempt, over TLS only. An attempt without its token is not sent. */
public final class Bearer implements AttemptLayer {
    private final TokenCredentials stated;
    private final Tokens tokens;
    private final Backend backend;
    private final AttemptLayer next;

    private Bearer(TokenCredentials stated, Tokens tokens, Backend backend, AttemptLayer next) {
        this.stated = stated;
        this.tokens = tokens;
        this.backend = backend;
        this.next = next;
    }

    /**
     * @param stated the policy's credentials; null: the layer is left out
     * @param backend states how its endpoints are reached
     */
    public static AttemptLayer create(
            @Nullable TokenCredentials stated, Tokens tokens, Backend backend, AttemptLayer next) {
        return stated == null ? next : new Bearer(stated, tokens, backend, next);
    }

    @Override
    public Response call(Attempt attempt) throws IOException {
        boolean callers = attempt.call().request().header("Authorization") != null;
        if (!callers || stated.overwrite()) {
            if (backend.tlsMode(attempt.endpoint()) == Tls.Mode.DISABLE
                    && !attempt.call().request().isHttps()) {
                throw refused(
                        attempt,
                        "token '" + stated.token() + "' is not sent in the clear to "
                                + attempt.call().decision().backend(),
                        "state tls for it in the policy, or no credentials",
                        null);
            }
            attempt.authorization("Bearer " + token(attempt));
        }
        return next.call(attempt);
    }

    private String token(Attempt attempt) throws IOException {
        try {
            return tokens.token(stated.token(), attempt);
        } catch (IOException e) {
            attempt.throwIfCancelled();
            if (Thread.currentThread().isInterrupted()) { // interrupted while it waited
                throw e;
            }
            throw refused(
                    attempt,
                    "there is no token '" + stated.token() + "' for "
                            + attempt.call().decision().backend() + ": " + e.getMessage(),
                    "see Mesh.builder().token(\"" + stated.token() + "\", ..)",
                    e);
        }
    }

    private static TokenUnavailable refused(Attempt attempt, String what, String advice, @Nullable IOException cause) {
        return attempt.refuse(decision -> {
            TokenUnavailable e = Failures.make().tokenUnavailable(what, advice, decision);
            if (cause != null) {
                e.initCause(cause);
            }
            return e;
        });
    }

    @Override
    public void explain(ExplanationSink to) {
        to.setting(
                "credentials",
                "token '" + stated.token() + "'"
                        + (stated.overwrite() ? ", in place of that of the request" : ", unless the request has one")
                        + ", over TLS only");
        Call call = to.call();
        if (call != null
                && backend.tls().mode() == Tls.Mode.DISABLE
                && !call.request().isHttps()) {
            to.remark("token '" + stated.token()
                    + "' is not sent in the clear: with an endpoint without TLS the call fails with TokenUnavailable");
        }
    }

    @Override
    public String toString() {
        return "bearer(" + stated.token() + (stated.overwrite() ? ", overwrites" : "") + ")";
    }
}
