package dev.meshclient.internal.call;

import dev.meshclient.MeshFailure;
import java.io.IOException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** The reason of a failed call in Envoy's response-flag letters, see {@code config/observability/access_log/usage} there. */
final class ReasonLetters {
    private static final String UPSTREAM_CONNECTION_FAILURE = "UF";
    private static final String DNS_FAILURE = "DF";
    private static final String UPSTREAM_REMOTE_RESET = "UR";
    private static final String UPSTREAM_CONNECTION_TERMINATION = "UC";
    private static final String UPSTREAM_REQUEST_TIMEOUT = "UT";
    private static final String UPSTREAM_PROTOCOL_ERROR = "UPE";
    private static final String DOWNSTREAM_TERMINATION = "DC";
    private static final String LOCAL_RESET = "LR";

    private ReasonLetters() {}

    /**
     * @param failure of the call, its body included
     * @param last the outcome of its last attempt; null: it has none
     * @param cancelled whether the caller cancelled it
     */
    static String of(IOException failure, @Nullable Outcome last, boolean cancelled) {
        if (failure instanceof MeshFailure ours) {
            return ours.reason();
        }
        if (cancelled || last == Outcome.CANCELLED) {
            return DOWNSTREAM_TERMINATION;
        }
        if (last == null) {
            return LOCAL_RESET;
        }
        return switch (last) {
            case CONNECT_FAILURE -> failure instanceof UnknownHostException ? DNS_FAILURE : UPSTREAM_CONNECTION_FAILURE;
            case TLS_REFUSED -> UPSTREAM_CONNECTION_FAILURE;
            case REFUSED_STREAM -> UPSTREAM_REMOTE_RESET;
            case RESPONSE, RESET_BEFORE_REQUEST, STALE, RESET ->
                UPSTREAM_CONNECTION_TERMINATION; // of a response: its body
            case ATTEMPT_TIMEOUT, DEADLINE -> UPSTREAM_REQUEST_TIMEOUT;
            case PROTOCOL_ERROR -> UPSTREAM_PROTOCOL_ERROR;
            case CACHED, CANCELLED, REFUSED -> LOCAL_RESET;
        };
    }
}
