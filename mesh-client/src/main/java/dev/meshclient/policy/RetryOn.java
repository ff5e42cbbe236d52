package dev.meshclient.policy;

/** A retry condition. The words are Envoy's, but for {@code attempt-timeout}. */
public enum RetryOn {
    CONNECT_FAILURE("connect-failure"),
    REFUSED_STREAM("refused-stream"),
    RESET_BEFORE_REQUEST("reset-before-request"),
    RESET("reset"),
    GATEWAY_ERROR("gateway-error"),
    FIVE_XX("5xx"),
    RETRIABLE_4XX("retriable-4xx"),
    RETRIABLE_STATUS_CODES("retriable-status-codes"),
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
