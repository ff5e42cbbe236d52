package dev.meshclient.telemetry;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a call: a live view, not a copy. Only the mesh implements it; methods may be added. Do not keep it after
 * {@link CallObserver#ended}.
 */
public interface AttemptInfo {
    /** The call of this attempt. */
    CallInfo call();

    /** The number of the attempt, from 1. */
    int number();

    /**
     * How many attempts the caller's call made before this one: those of this call, and of the calls before it if OkHttp follows a
     * redirect or answers a challenge.
     */
    int resends();

    /** The attempt before this one; null for the first. */
    @Nullable
    AttemptInfo previous();

    /**
     * Whether it is a hedge: it began while the attempt before had no answer yet, and runs beside it on another thread. The
     * attempts that the call does not need end with the outcome {@code superseded}.
     */
    boolean isHedge();

    /** {@code address:port}; empty if the endpoints are not listed. */
    String endpointName();

    /** The zone of the endpoint; empty if it is not known. */
    String zone();

    /** Why the mesh chose this endpoint, in a phrase; empty if the endpoints are not listed. Each call of this method makes the text. */
    String pickReason();

    /**
     * Why the mesh repeated the attempt before, such as {@code response 503, repeated after 17 ms (back-off)}; empty for the first. Each call
     * of this method makes the text.
     */
    String retryReason();

    /** The outcome in a word, such as {@code response} or {@code connect-failure}; {@code running} while there is none. */
    String outcomeName();

    /** The status of the response; 0 if there is none. */
    int status();

    /** Nanoseconds from the start of the attempt to its outcome, or to now while it runs. */
    long elapsedNanos();

    /** Why there is no response; null if there is one, and while the attempt runs. */
    @Nullable
    IOException failure();

    /** Its failure in the letters of Envoy's response flags, as {@link CallInfo#reason}; empty if there is none. */
    String reason();

    /** Bytes of the request body; 0 until it is sent completely. */
    long sentBytes();

    /** Bytes of the response body as received, compressed if it is; 0 until it is read completely. */
    long receivedBytes();

    /** The value of a header as this attempt sends it: an observer's, otherwise the request's; null: it has none. */
    @Nullable
    String header(String name);
}
