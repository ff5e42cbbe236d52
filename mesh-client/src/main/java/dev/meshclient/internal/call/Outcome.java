package dev.meshclient.internal.call;

/** What became of an attempt, as far as it decides whether to try again. */
public enum Outcome {
    /** A response came. */
    RESPONSE("response", Processed.YES),
    /** OkHttp's cache answered, or said that it cannot: nobody was asked. */
    CACHED("cached", Processed.NO),
    /** No connection: name not found, refused, timed out, or TLS not agreed. */
    CONNECT_FAILURE("connect-failure", Processed.NO),
    /** The peer refused our side of TLS, our certificate for instance, after the request was written; it did not look at it. */
    TLS_REFUSED("tls-refused", Processed.NO),
    /** The peer said that it did not look at the request: REFUSED_STREAM, or a stream above a GOAWAY. */
    REFUSED_STREAM("refused-stream", Processed.NO),
    /** The connection broke before a byte of the request was written. */
    RESET_BEFORE_REQUEST("reset-before-request", Processed.NO),
    /** A pooled connection broke before a byte of the response came: most likely the peer had closed it while it was idle. */
    STALE("reset-of-reused", Processed.MAYBE),
    /** The exchange broke after the request was, or may have been, written. */
    RESET("reset", Processed.MAYBE),
    /** No response headers within the time for one attempt. */
    ATTEMPT_TIMEOUT("attempt-timeout", Processed.MAYBE),
    /** The time that policy gives the whole call was up before the headers came. */
    DEADLINE("deadline", Processed.MAYBE),
    /** What came is not HTTP. */
    PROTOCOL_ERROR("protocol-error", Processed.MAYBE),
    /** The caller, or a limit above the attempt, ended it. */
    CANCELLED("cancelled", Processed.MAYBE),
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

    /** For people. */
    public String word() {
        return word;
    }

    /** Whether the peer may have acted on the request. */
    public Processed processed() {
        return processed;
    }
}
