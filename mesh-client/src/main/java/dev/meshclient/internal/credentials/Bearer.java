package dev.meshclient.internal.credentials;

import dev.meshclient.TokenUnavailable;
import dev.meshclient.internal.call.CallContext;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.call.Layer;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.policy.Credentials;
import dev.meshclient.policy.Tls;
import java.io.IOException;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Puts the token that policy names on each attempt, over TLS only. What cannot have it is not sent. */
public final class Bearer implements Layer {
    private final Credentials stated;
    private final Tokens tokens;
    private final Backend backend;
    private final Layer next;

    private Bearer(Credentials stated, Tokens tokens, Backend backend, Layer next) {
        this.stated = stated;
        this.tokens = tokens;
        this.backend = backend;
        this.next = next;
    }

    /**
     * @param stated by policy; null: the layer is left out
     * @param backend says how its endpoints are reached
     */
    public static Layer create(@Nullable Credentials stated, Tokens tokens, Backend backend, Layer next) {
        return stated == null ? next : new Bearer(stated, tokens, backend, next);
    }

    @Override
    public Response call(CallContext attempt) throws IOException {
        boolean callers = attempt.request().header("Authorization") != null;
        if (!callers || stated.overwrite()) {
            if (backend.tlsMode(attempt.endpoint()) == Tls.Mode.DISABLE
                    && !attempt.request().isHttps()) {
                throw refused(
                        attempt,
                        "token '" + stated.token() + "' is not sent in the clear to "
                                + attempt.decision().backend(),
                        "let policy say tls for it, or no credentials",
                        null);
            }
            attempt.authorization("Bearer " + token(attempt));
        }
        return next.call(attempt);
    }

    private String token(CallContext attempt) throws IOException {
        try {
            return tokens.token(stated.token(), attempt);
        } catch (IOException e) {
            attempt.throwIfCancelled();
            if (Thread.currentThread().isInterrupted()) { // while it waited
                throw e;
            }
            throw refused(
                    attempt,
                    "there is no token '" + stated.token() + "' for "
                            + attempt.decision().backend() + ": " + e.getMessage(),
                    "see Mesh.builder().token(\"" + stated.token() + "\", ..)",
                    e);
        }
    }

    private static TokenUnavailable refused(
            CallContext attempt, String what, String advice, @Nullable IOException cause) {
        attempt.refused();
        TokenUnavailable e = Failures.make().tokenUnavailable(what, advice, attempt.decision());
        if (cause != null) {
            e.initCause(cause);
        }
        attempt.failed(Outcome.REFUSED, e);
        return e;
    }

    @Override
    public String toString() {
        return "bearer(" + stated.token() + (stated.overwrite() ? ", overwrites" : "") + ")";
    }
}
