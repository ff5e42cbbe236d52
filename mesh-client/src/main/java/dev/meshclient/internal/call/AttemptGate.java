package dev.meshclient.internal.call;

import org.jspecify.annotations.Nullable;

/** Refuses the attempts of a backend at times. Asked before a further attempt, so that a refusal hides no earlier result. */
@FunctionalInterface
public interface AttemptGate {
    /** Why an attempt that begins now would be refused; null: it would not. */
    @Nullable
    NoRetry refusal(long now);
}
