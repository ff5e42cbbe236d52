package dev.meshclient.internal.metrics;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.MeshFailure;
import dev.meshclient.MeshRefusal;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.ReasonLetters;
import dev.meshclient.telemetry.CallInfo;
import java.io.IOException;

/** The result of a call: an outcome, and the reason in the letters of {@link CallInfo#reason}. */
enum Ending {
    /** A response below 500, its body read or closed. */
    SUCCESS("success", "none"),
    /** A response from 500. */
    ERROR("error", "none"),
    NO_ROUTE("refused", MeshFailure.NO_ROUTE),
    NO_HEALTHY_ENDPOINT("refused", MeshFailure.NO_HEALTHY_ENDPOINT),
    OVERLOADED("refused", MeshFailure.OVERLOADED),
    RATE_LIMITED("refused", MeshFailure.RATE_LIMITED),
    NO_IDENTITY("refused", MeshFailure.NO_CONNECTION),
    ACCESS_DENIED("refused", MeshFailure.ACCESS_DENIED),
    NO_TOKEN("refused", MeshFailure.NO_TOKEN),
    DEADLINE("deadline", MeshFailure.DEADLINE),
    NO_CONNECTION("failed", CallInfo.NO_CONNECTION),
    UNKNOWN_NAME("failed", CallInfo.UNKNOWN_NAME),
    STREAM_REFUSED("failed", CallInfo.STREAM_REFUSED),
    CONNECTION_BROKEN("failed", CallInfo.CONNECTION_BROKEN),
    ATTEMPT_TIMEOUT("failed", CallInfo.ATTEMPT_TIMEOUT),
    NO_HTTP("failed", CallInfo.NO_HTTP),
    CANCELLED("cancelled", CallInfo.CANCELLED),
    /** Within this process. */
    LOCAL("failed", CallInfo.LOCAL);

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

    /** @param status of its response; 0 = none */
    static Ending of(Call call, int status) {
        IOException failure = call.failure();
        return failure != null ? of(failure, call.reason()) : status >= SERVER_ERROR ? ERROR : SUCCESS;
    }

    /** The call fails before it has a target. */
    static Ending ofUntargeted(Call call, IOException failure) {
        return of(failure, ReasonLetters.of(failure, null, call.cancelCause() != null));
    }

    private static Ending of(IOException failure, String reason) {
        return failure instanceof MeshRefusal
                ? refused(reason)
                : failure instanceof DeadlineExceeded ? DEADLINE : failed(reason);
    }

    private static Ending refused(String reason) {
        return switch (reason) {
            case MeshFailure.NO_ROUTE -> NO_ROUTE;
            case MeshFailure.NO_HEALTHY_ENDPOINT -> NO_HEALTHY_ENDPOINT;
            case MeshFailure.OVERLOADED -> OVERLOADED;
            case MeshFailure.RATE_LIMITED -> RATE_LIMITED;
            case MeshFailure.NO_CONNECTION -> NO_IDENTITY;
            case MeshFailure.ACCESS_DENIED -> ACCESS_DENIED;
            case MeshFailure.NO_TOKEN -> NO_TOKEN;
            default -> LOCAL;
        };
    }

    private static Ending failed(String reason) {
        return switch (reason) {
            case CallInfo.NO_CONNECTION -> NO_CONNECTION;
            case CallInfo.UNKNOWN_NAME -> UNKNOWN_NAME;
            case CallInfo.STREAM_REFUSED -> STREAM_REFUSED;
            case CallInfo.CONNECTION_BROKEN -> CONNECTION_BROKEN;
            case CallInfo.ATTEMPT_TIMEOUT -> ATTEMPT_TIMEOUT;
            case CallInfo.NO_HTTP -> NO_HTTP;
            case CallInfo.CANCELLED -> CANCELLED;
            default -> LOCAL;
        };
    }
}
