package dev.meshclient.internal.breaker;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Outcome;
import java.util.Set;

/** The result of an attempt for the breaker of its backend: the rules of outlier detection. */
enum AttemptResult {
    SUCCESS,
    /** A server error, or no response because of the backend or the network. */
    FAILURE,
    /** An endpoint refused the stream or ended the connection first: one GOAWAY does it to many attempts. */
    UNPROCESSED,
    /**
     * Not the backend's: the caller cancelled, the mesh or the application's own code failed, our own identity was refused, no
     * request was sent, a reused connection had been closed meanwhile, the attempt began late before the deadline, or the policy
     * ignores the status.
     */
    IGNORED;

    private static final int SERVER_ERROR = 500;

    /** Of an attempt that has ended. */
    static AttemptResult of(Attempt attempt, Set<Integer> ignoredStatusCodes) {
        Outcome outcome = attempt.outcome();
        return outcome == null || attempt.isCutShort() ? IGNORED : of(outcome, attempt.status(), ignoredStatusCodes);
    }

    static AttemptResult of(Outcome outcome, int status, Set<Integer> ignoredStatusCodes) {
        return switch (outcome) {
            case RESPONSE ->
                !ignoredStatusCodes.isEmpty() && ignoredStatusCodes.contains(status)
                        ? IGNORED
                        : status < SERVER_ERROR ? SUCCESS : FAILURE;
            case CONNECT_FAILURE, RESET, ATTEMPT_TIMEOUT, DEADLINE, PROTOCOL_ERROR -> FAILURE;
            case REFUSED_STREAM, RESET_BEFORE_REQUEST -> UNPROCESSED;
            case CACHED, TLS_REFUSED, STALE, LOCAL, CANCELLED, SUPERSEDED, REFUSED -> IGNORED;
        };
    }
}
