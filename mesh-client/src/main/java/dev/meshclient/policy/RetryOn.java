package dev.meshclient.policy;

/** A retry condition. The names are Envoy's, except {@code attempt-timeout}. */
public enum RetryOn {
    /** No connection to the endpoint could be made. */
    CONNECT_FAILURE("connect-failure"),
    /** The peer states that it did not process the request. */
    REFUSED_STREAM("refused-stream"),
    /** The connection broke before any part of the request was sent. */
    RESET_BEFORE_REQUEST("reset-before-request"),
    /** No response, for any reason. */
    RESET("reset"),
    /** 502, 503 and 504, or no response. */
    GATEWAY_ERROR("gateway-error"),
    /** 500 to 599, or no response. */
    FIVE_XX("5xx"),
    /** 409. */
    RETRIABLE_4XX("retriable-4xx"),
    /** A status in {@code codes}; 502, 503 and 504 if it is not stated. */
    RETRIABLE_STATUS_CODES("retriable-status-codes"),
    /** {@code timeouts.backendRequest} has expired. */
    ATTEMPT_TIMEOUT("attempt-timeout");

    private final String word;

    RetryOn(String word) {
        this.word = word;
    }

    /** The spelling in a document. */
    public String word() {
        return word;
    }
}
