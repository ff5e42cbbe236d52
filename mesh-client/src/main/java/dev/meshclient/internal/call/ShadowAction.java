package dev.meshclient.internal.call;

/** An action that a section of the policy with {@code shadow: true} would have taken. */
public enum ShadowAction {
    REFUSE_CALL("limits", "refuse", "refuse the call"),
    QUEUE_CALL("limits", "queue", "let the call wait"),
    REFUSE_RETRY_ABOVE_LIMIT("limits", "refuse-retry", "refuse the retry"),
    BREAK("circuitBreaker", "refuse", "refuse the call"),
    REFUSE_RATE("rateLimit", "refuse", "refuse the call"),
    DELAY("rateLimit", "delay", "delay the call"),
    REFUSE_RETRY("retryConstraint", "refuse-retry", "refuse the retry"),
    RETRY("retry", "retry", "retry the attempt"),
    NOT_RETRY("retry", "not-retry", "not retry the attempt"),
    HEDGE("hedge", "hedge", "send a hedge"),
    CANCEL_CALL("timeouts", "cancel-call", "cancel the call"),
    CANCEL_ATTEMPT("timeouts", "cancel-attempt", "cancel the attempt"),
    EJECT("outlierDetection", "eject", "eject the endpoint"),
    DENY("authorization", "deny", "deny the call"),
    ALLOW("authorization", "allow", "allow the call");

    private final String section;
    private final String word;
    private final String inWords;

    ShadowAction(String section, String word, String inWords) {
        this.section = section;
        this.word = word;
        this.inWords = inWords;
    }

    /** The section of the document. */
    public String section() {
        return section;
    }

    /** The action, for tags of metrics. */
    public String word() {
        return word;
    }

    /** Whether the rule that matches the call states the section, and not its backend. */
    boolean isOfRule() {
        return section.equals("retry") || section.equals("hedge") || section.equals("timeouts");
    }

    /** In a sentence, such as {@code limits would refuse the call: 4 calls in flight, of at most 4}. */
    public String inWords(String detail) {
        return section + " would " + inWords + ": " + detail;
    }
}
