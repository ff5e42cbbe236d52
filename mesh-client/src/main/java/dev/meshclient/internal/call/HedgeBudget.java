package dev.meshclient.internal.call;

/** The decisions that the retries of a rule take for its hedges, which share their budget. */
public interface HedgeBudget {
    /** Whether the rule retries a response with this status. */
    boolean isRetried(int status);

    /** A call that may be hedged begins: a request of the budget, unless the retries of the rule count it. */
    void begin(long now);

    /** Takes a hedge out of the budget; false: the budget is exhausted. */
    boolean take(Call call);
}
