package dev.meshclient.internal.call;

import java.io.IOException;
import java.net.ConnectException;
import org.jspecify.annotations.Nullable;

/**
 * The result of an attempt. Immutable: one write publishes it.
 *
 * @param status the status of the response; 0 if there is none
 * @param failure why there is no response; null if there is one
 */
public record Result(Outcome outcome, int status, @Nullable IOException failure) {
    private static final Result[] RESPONSES = new Result[600]; // results of usual statuses, made once

    static Result response(int status) {
        if (status < 0 || status >= RESPONSES.length) {
            return new Result(Outcome.RESPONSE, status, null);
        }
        Result known = RESPONSES[status];
        if (known == null) {
            known = new Result(Outcome.RESPONSE, status, null);
            RESPONSES[status] = known;
        }
        return known;
    }

    /** Whether the peer refused the stream or the connection. A handshake is work for the peer; a refused connection is none. */
    public boolean isRefused() {
        return outcome == Outcome.REFUSED_STREAM
                || (outcome == Outcome.CONNECT_FAILURE && failure instanceof ConnectException);
    }

    /** Whether the peer certainly did no work for the attempt: it refused it, or the connection broke before the request. */
    public boolean isUnprocessed() {
        return outcome == Outcome.RESET_BEFORE_REQUEST || isRefused();
    }
}
