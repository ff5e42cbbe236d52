package dev.meshclient.policy;

/** A retry condition. The words are Envoy's, but for {@code attempt-timeout}. */
public enum RetryOn {
    /** No connection to the endpoint. */
    CONNECT_FAILURE("connect-failure"),
    /** The peer says that it did not process the request. */
    REFUSED_STREAM("refused-stream"),
    /** The connection broke before anything of the request was sent. */
    RESET_BEFORE_REQUEST("reset-before-request"),
    /** No response, for whatever reason. */
    RESET("reset"),
    /** 502, 503 and 504, or no response. */
    GATEWAY_ERROR("gateway-error"),
    /** 500 to 599, or no response. */
    FIVE_XX("5xx"),
    /** 409. */
    RETRIABLE_4XX("retriable-4xx"),
    /** What {@code codes} lists; 502, 503 and 504 if it is not stated. */
    RETRIABLE_STATUS_CODES("retriable-status-codes"),
    /** {@code timeouts.backendRequest} ran out. */
    ATTEMPT_TIMEOUT("attempt-timeout");

    private final String word;

    RetryOn(String word) {
        this.word = word;
    }

    /** As it is written in a document. */
    public String word() {
        return word;
    }
}
