package dev.meshclient.policy.json;

import dev.meshclient.policy.RetryConstraint;
import java.io.IOException;

/** Reads {@code retryConstraint}. */
final class RetryConstraintReader {
    private static final ObjectReader<RetryConstraint.Builder> BUDGET =
            ObjectReader.<RetryConstraint.Builder>ignoringOthers()
                    .field("percent", (in, c) -> c.percent(in.integer()))
                    .field("interval", (in, c) -> c.interval(in.duration()));
    private static final ObjectReader<RetryConstraint.Builder> RATE =
            ObjectReader.<RetryConstraint.Builder>ignoringOthers()
                    .field("count", (in, c) -> c.minRetryCount(in.integer()))
                    .field("interval", (in, c) -> c.minRetryInterval(in.duration()));
    private static final ObjectReader<RetryConstraint.Builder> RETRY_CONSTRAINT =
            ObjectReader.<RetryConstraint.Builder>ignoringOthers()
                    .field("budget", BUDGET::read)
                    .field("minRetryRate", RATE::read)
                    .field("shadow", (in, c) -> c.shadow(in.flag()));

    private RetryConstraintReader() {}

    static RetryConstraint read(JsonCursor in) throws IOException {
        return RETRY_CONSTRAINT.read(in, RetryConstraint.builder()).build();
    }
}
