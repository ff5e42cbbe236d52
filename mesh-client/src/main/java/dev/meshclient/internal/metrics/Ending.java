package dev.meshclient.internal.metrics;

import dev.meshclient.MeshFailure;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Outcome;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The result of a call: an outcome with its reason, Envoy's letters where it has some. */
enum Ending {
    /** A response below 500, its body read or closed. */
    SUCCESS("success", "none"),
    /** A response from 500. */
    ERROR("error", "none"),
    /** No rule, or no policy. */
    NO_ROUTE("refused", MeshFailure.NO_ROUTE),
    NO_HEALTHY_ENDPOINT("refused", MeshFailure.NO_HEALTHY_ENDPOINT),
    OVERLOADED("refused", MeshFailure.OVERLOADED),
    NO_IDENTITY("refused", MeshFailure.NO_CONNECTION),
    ACCESS_DENIED("refused", MeshFailure.ACCESS_DENIED),
    NO_TOKEN("refused", MeshFailure.NO_TOKEN),
    DEADLINE("deadline", MeshFailure.DEADLINE),
    CONNECT_FAILURE("failed", "UF"),
    ATTEMPT_TIMEOUT("failed", "UT"),
    REFUSED_STREAM("failed", "UR"),
    /** The connection broke, before the response or within its body. */
    RESET("failed", "UC"),
    PROTOCOL_ERROR("failed", "UPE"),
    CANCELLED("cancelled", "DC"),
    /** Any other failure: one of the caller's own code, for instance. */
    OTHER("failed", "none");

    private static final int SERVER_ERROR = 500;

    private final String outcome;
    private final String reason;

    Ending(String outcome, String reason) {
        this.outcome = outcome;
        this.reason = reason;
    }

    String outcome() {
        return outcome;
    }

    String reason() {
        return reason;
    }

    /**
     * @param failure what the caller gets instead of a whole response; null: it gets the response
     * @param status of the response; 0 = none
     */
    static Ending of(Call call, @Nullable IOException failure, int status) {
        if (failure instanceof MeshFailure ours) {
            return of(ours.reason());
        }
        if (failure != null || status == 0) {
            return call.cancelCause() == null ? ofFailed(call.latest()) : ofCancelled(call);
        }
        return status >= SERVER_ERROR ? ERROR : SUCCESS;
    }

    private static Ending ofCancelled(Call call) {
        return call.cancelledAs() == Outcome.DEADLINE ? DEADLINE : CANCELLED;
    }

    private static Ending of(String reason) {
        return switch (reason) {
            case MeshFailure.NO_ROUTE -> NO_ROUTE;
            case MeshFailure.NO_HEALTHY_ENDPOINT -> NO_HEALTHY_ENDPOINT;
            case MeshFailure.OVERLOADED -> OVERLOADED;
            case MeshFailure.DEADLINE -> DEADLINE;
            case MeshFailure.NO_CONNECTION -> NO_IDENTITY;
            case MeshFailure.ACCESS_DENIED -> ACCESS_DENIED;
            case MeshFailure.NO_TOKEN -> NO_TOKEN;
            default -> OTHER;
        };
    }

    private static Ending ofFailed(@Nullable Attempt last) {
        Outcome outcome = last == null ? null : last.outcome();
        if (outcome == null) {
            return OTHER;
        }
        return switch (outcome) {
            case CONNECT_FAILURE, TLS_REFUSED -> CONNECT_FAILURE;
            case ATTEMPT_TIMEOUT -> ATTEMPT_TIMEOUT;
            case DEADLINE -> DEADLINE;
            case REFUSED_STREAM -> REFUSED_STREAM;
            case RESPONSE, STALE, RESET, RESET_BEFORE_REQUEST -> RESET;
            case PROTOCOL_ERROR -> PROTOCOL_ERROR;
            case CANCELLED -> CANCELLED;
            case CACHED, REFUSED -> OTHER;
        };
    }
}
