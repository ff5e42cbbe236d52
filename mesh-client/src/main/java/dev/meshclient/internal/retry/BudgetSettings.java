package dev.meshclient.internal.retry;

import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.policy.RetryConstraint;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a retry budget.
 *
 * @param percent share of the requests within the window
 * @param intervalNanos the window
 * @param floorCount retries that are always allowed within {@code floorNanos}
 * @param floorNanos the floor's own window
 * @param shadow retries that it would refuse are made
 */
record BudgetSettings(int percent, long intervalNanos, int floorCount, long floorNanos, boolean shadow) {
    /** Built-in: 20 % within 10 s, and 10 retries within 1 s. */
    static BudgetSettings of(RetryConstraint stated) {
        return new BudgetSettings(
                or(stated.percent(), 20),
                stated.interval() == null ? 10_000_000_000L : stated.interval().toNanos(),
                or(stated.minRetryCount(), 10),
                stated.minRetryInterval() == null
                        ? 1_000_000_000L
                        : stated.minRetryInterval().toNanos(),
                Boolean.TRUE.equals(stated.shadow()));
    }

    void explain(ExplanationSink to) {
        to.setting("retryConstraint.budget.percent", percent);
        to.setting("retryConstraint.budget.interval", Duration.ofNanos(intervalNanos));
        to.setting("retryConstraint.minRetryRate.count", floorCount);
        to.setting("retryConstraint.minRetryRate.interval", Duration.ofNanos(floorNanos));
    }

    @Override
    public String toString() {
        return "at most " + percent + " % of the requests within " + intervalNanos / 1_000_000 + " ms, and "
                + floorCount + " within " + floorNanos / 1_000_000 + " ms";
    }

    private static int or(@Nullable Integer stated, int otherwise) {
        return stated == null ? otherwise : stated;
    }
}
