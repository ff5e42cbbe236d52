package dev.meshclient.internal.call;

import dev.meshclient.MeshFailure;
import dev.meshclient.telemetry.CallInfo;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** The reason of a failed call in Envoy's response-flag letters, see {@code config/observability/access_log/usage} there. */
public final class ReasonLetters {
    private ReasonLetters() {}

    /**
     * @param failure of the call, its body included
     * @param last the outcome of its last attempt; null: it has none
     * @param cancelled whether the caller cancelled it
     */
    public static String of(IOException failure, @Nullable Outcome last, boolean cancelled) {
        if (failure instanceof MeshFailure ours) {
            return ours.reason();
        }
        if (failure.getClass()
                == InterruptedIOException.class) { // a limit that OkHttp keeps, or the thread was interrupted
            return "timeout".equals(failure.getMessage()) ? CallInfo.ATTEMPT_TIMEOUT : CallInfo.LOCAL;
        }
        if (cancelled || last == Outcome.CANCELLED || last == Outcome.SUPERSEDED) {
            return CallInfo.CANCELLED;
        }
        if (last == null) {
            return CallInfo.LOCAL;
        }
        return switch (last) {
            case CONNECT_FAILURE ->
                failure instanceof UnknownHostException ? CallInfo.UNKNOWN_NAME : CallInfo.NO_CONNECTION;
            case TLS_REFUSED -> CallInfo.NO_CONNECTION;
            case REFUSED_STREAM -> CallInfo.STREAM_REFUSED;
            case RESPONSE, RESET_BEFORE_REQUEST, STALE, RESET -> CallInfo.CONNECTION_BROKEN; // of a response: its body
            case ATTEMPT_TIMEOUT, DEADLINE -> CallInfo.ATTEMPT_TIMEOUT;
            case PROTOCOL_ERROR -> CallInfo.NO_HTTP;
            case LOCAL, CACHED, CANCELLED, SUPERSEDED, REFUSED -> CallInfo.LOCAL;
        };
    }
}
