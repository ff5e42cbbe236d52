package dev.meshclient.internal.credentials;

import dev.meshclient.Decision;
import dev.meshclient.TokenUnavailable;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.text.ExceptionText;
import dev.meshclient.policy.Tls;
import dev.meshclient.policy.TokenCredentials;
import java.io.IOException;
import okhttp3.Request;
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
        Request request = attempt.call().request();
        if (needsToken(request)) {
            KeptToken token = tokens.find(stated.token());
            if (token == null || isInTheClear(attempt.endpoint(), request)) {
                throw attempt.refuse(decision -> refused(token, decision));
            }
            attempt.authorization("Bearer " + value(token, attempt));
        }
        return next.call(attempt);
    }

    private boolean needsToken(Request request) {
        return stated.overwrite() || request.header("Authorization") == null;
    }

    private boolean isInTheClear(@Nullable Endpoint endpoint, Request request) {
        return backend.tlsMode(endpoint) == Tls.Mode.DISABLE && !request.isHttps();
    }

    /** @param token null: this process does not have it; otherwise it would be sent in the clear */
    private TokenUnavailable refused(@Nullable KeptToken token, Decision decision) {
        return token == null
                ? unavailable("this process knows " + tokens.inWords(), decision)
                : Failures.make()
                        .tokenUnavailable(
                                "token '" + stated.token() + "' is not sent in the clear to " + decision.backend(),
                                "state tls for it in the policy, or no credentials",
                                decision);
    }

    private TokenUnavailable unavailable(@Nullable String why, Decision decision) {
        return Failures.make()
                .tokenUnavailable(
                        "there is no token '" + stated.token() + "' for " + decision.backend() + ": " + why,
                        "see Mesh.builder().token(\"" + stated.token() + "\", ..), in Spring Boot mesh.tokens."
                                + stated.token() + ".file",
                        decision);
    }

    private String value(KeptToken token, Attempt attempt) throws IOException {
        try {
            return token.token(attempt);
        } catch (IOException e) {
            attempt.throwIfCancelled();
            if (Thread.currentThread().isInterrupted()) { // interrupted while it waited
                throw e;
            }
            throw attempt.refuse(decision -> {
                TokenUnavailable refused = unavailable(ExceptionText.of(e), decision);
                refused.initCause(e);
                return refused;
            });
        }
    }

    @Override
    public void explain(ExplanationSink to) {
        to.setting(
                "credentials",
                "token '" + stated.token() + "'"
                        + (stated.overwrite() ? ", in place of that of the request" : ", unless the request has one")
                        + ", over TLS only");
        KeptToken token = tokens.find(stated.token());
        Call call = to.call();
        if (call != null) {
            Request request = call.request();
            to.refuseAt(endpoint -> needsToken(request) && (token == null || isInTheClear(endpoint, request))
                    ? refused(token, to.decision())
                    : null);
        } else if (token == null && stated.overwrite()) {
            to.refuse(refused(null, to.decision()));
        } else if (token == null) {
            to.remark("a request without Authorization fails with TokenUnavailable: this process knows "
                    + tokens.inWords());
        } else if (backend.tls().mode() == Tls.Mode.DISABLE) {
            to.remark(
                    "token '" + stated.token()
                            + "' is not sent in the clear: a call to an http URL fails with TokenUnavailable at an endpoint without TLS");
        }
    }

    @Override
    public String toString() {
        return "bearer(" + stated.token() + (stated.overwrite() ? ", overwrites" : "") + ")";
    }
}
