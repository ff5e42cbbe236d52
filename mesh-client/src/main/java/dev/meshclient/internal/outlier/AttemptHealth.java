package dev.meshclient.internal.outlier;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Outcome;

/** What an attempt says about its endpoint. */
enum AttemptHealth {
    GOOD,
    SERVER_ERROR,
    GATEWAY_ERROR,
    /** No response, and the endpoint or the way to it is to blame. */
    LOCAL_FAILURE,
    /** The caller ended it, our own identity was refused, nobody was asked, or a reused connection had been closed meanwhile. */
    NOTHING;

    static AttemptHealth of(Attempt attempt) {
        Outcome outcome = attempt.outcome();
        return outcome == null ? NOTHING : of(outcome, attempt.status());
    }

    static AttemptHealth of(Outcome outcome, int status) {
        return switch (outcome) {
            case RESPONSE -> status < 500 ? GOOD : status >= 502 && status <= 504 ? GATEWAY_ERROR : SERVER_ERROR;
            case CONNECT_FAILURE,
                    REFUSED_STREAM,
                    RESET_BEFORE_REQUEST,
                    RESET,
                    ATTEMPT_TIMEOUT,
                    DEADLINE,
                    PROTOCOL_ERROR -> LOCAL_FAILURE;
            case CACHED, TLS_REFUSED, STALE, CANCELLED, REFUSED -> NOTHING;
        };
    }
}
