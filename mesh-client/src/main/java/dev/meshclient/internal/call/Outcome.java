package dev.meshclient.internal.call;

/** The outcome of an attempt, as the retry decision needs it. */
public enum Outcome {
    /** A response arrived. */
    RESPONSE("response", Processed.YES),
    /** OkHttp's cache answered, or could not: no request was sent. */
    CACHED("cached", Processed.NO),
    /** No connection: the name was not found, the connection was refused or timed out, or TLS failed. */
    CONNECT_FAILURE("connect-failure", Processed.NO),
    /**
     * The peer refused this side of TLS, such as its certificate, after the request was written; it did not process the
     * request.
     */
    TLS_REFUSED("tls-refused", Processed.NO),
    /** The peer stated that it did not process the request: REFUSED_STREAM, or a stream above a GOAWAY. */
    REFUSED_STREAM("refused-stream", Processed.NO),
    /** The connection broke before a byte of the request was written. */
    RESET_BEFORE_REQUEST("reset-before-request", Processed.NO),
    /**
     * A pooled connection broke before a byte of the response arrived: most likely the peer had closed it while it was idle.
     */
    STALE("reset-of-reused", Processed.MAYBE),
    /** The exchange broke after the request was, or may have been, written. */
    RESET("reset", Processed.MAYBE),
    /** No response headers within the time limit of one attempt. */
    ATTEMPT_TIMEOUT("attempt-timeout", Processed.MAYBE),
    /** The policy's time limit of the whole call expired before the headers arrived. */
    DEADLINE("deadline", Processed.MAYBE),
    /** The response is not HTTP. */
    PROTOCOL_ERROR("protocol-error", Processed.MAYBE),
    /** The application's own code failed: a network interceptor, or the body of the request. The peer is not the cause. */
    LOCAL("local", Processed.MAYBE),
    /** The caller, or a limit above the attempt, cancelled it. */
    CANCELLED("cancelled", Processed.MAYBE),
    /** Another attempt of the call, which ran beside it, answered first. */
    SUPERSEDED("superseded", Processed.MAYBE),
    /** The mesh itself refused the attempt. */
    REFUSED("refused", Processed.NO);

    /** Whether the peer may have acted on the request. */
    public enum Processed {
        NO,
        MAYBE,
        YES
    }

    private final String word;
    private final Processed processed;

    Outcome(String word, Processed processed) {
        this.word = word;
        this.processed = processed;
    }

    /** The name for messages. */
    public String word() {
        return word;
    }

    /** Whether the peer may have acted on the request. */
    public Processed processed() {
        return processed;
    }
}
