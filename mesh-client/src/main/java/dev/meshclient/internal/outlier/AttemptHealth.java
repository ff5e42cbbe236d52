package dev.meshclient.internal.outlier;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.endpoint.EndpointHealth;

/** The result of an attempt for the health of its endpoint. */
enum AttemptHealth {
    GOOD,
    /** It answers 429: it has too much to do, and that is neither a success nor a failure. */
    BUSY,
    SERVER_ERROR,
    GATEWAY_ERROR,
    /** No response, because of the endpoint or the network path to it. */
    LOCAL_FAILURE,
    /** The endpoint refused the stream, or ended the connection first: several within a tenth of a second count as one. */
    UNPROCESSED,
    /**
     * No verdict: the caller cancelled, another attempt answered first, the application's own code failed, the endpoint refused our own identity, no request was
     * sent, or a reused connection had been closed meanwhile.
     */
    NOTHING;

    private static final int TOO_MANY_REQUESTS = 429;
    private static final long ONE_REFUSAL_NANOS = 100_000_000;

    /** Of an attempt at this endpoint, which has ended. One GOAWAY refuses many streams of a connection: that is one failure. */
    static AttemptHealth of(Attempt attempt, EndpointHealth endpoint, long now) {
        Outcome outcome = attempt.outcome();
        AttemptHealth health = outcome == null || attempt.isCutShort() ? NOTHING : of(outcome, attempt.status());
        return health != UNPROCESSED
                ? health
                : endpoint.results().refused(now, ONE_REFUSAL_NANOS) ? LOCAL_FAILURE : NOTHING;
    }

    static AttemptHealth of(Outcome outcome, int status) {
        return switch (outcome) {
            case RESPONSE -> ofResponse(status);
            case CONNECT_FAILURE, RESET, ATTEMPT_TIMEOUT, DEADLINE, PROTOCOL_ERROR -> LOCAL_FAILURE;
            case REFUSED_STREAM, RESET_BEFORE_REQUEST -> UNPROCESSED;
            case CACHED, TLS_REFUSED, STALE, LOCAL, CANCELLED, SUPERSEDED, REFUSED -> NOTHING;
        };
    }

    private static AttemptHealth ofResponse(int status) {
        if (status == TOO_MANY_REQUESTS) {
            return BUSY;
        }
        return status < 500 ? GOOD : status >= 502 && status <= 504 ? GATEWAY_ERROR : SERVER_ERROR;
    }
}
