package dev.meshclient.policy.json;

import dev.meshclient.internal.text.Durations;
import dev.meshclient.policy.RateLimitPolicy;
import java.io.IOException;
import java.time.Duration;

/** Reads {@code rateLimit}. */
final class RateLimitReader {
    /** A rate limit during the reading. */
    private static final class RateLimitDraft {
        private int limitForPeriod = 1; // stand-ins for missing fields, which are recorded
        private Duration limitRefreshPeriod = Duration.ofSeconds(1);
        private Duration timeoutDuration = Duration.ZERO;
        private boolean shadow;
    }

    private static final ObjectReader<RateLimitDraft> RATE_LIMIT = ObjectReader.<RateLimitDraft>refusingOthers()
            .required("limitForPeriod", "an integer of 1 to 1000000000", (in, r) -> r.limitForPeriod = in.integer())
            .required("limitRefreshPeriod", Durations.EXPECTED, (in, r) -> r.limitRefreshPeriod = in.duration())
            .field("timeoutDuration", (in, r) -> r.timeoutDuration = in.duration())
            .field("shadow", (in, r) -> r.shadow = in.flag());

    private RateLimitReader() {}

    static RateLimitPolicy read(JsonCursor in) throws IOException {
        RateLimitDraft read = RATE_LIMIT.read(in, new RateLimitDraft());
        return new RateLimitPolicy(read.limitForPeriod, read.limitRefreshPeriod, read.timeoutDuration, read.shadow);
    }
}
