package dev.meshclient.policy.json;

import dev.meshclient.policy.HedgePolicy;
import java.io.IOException;

/** Reads {@code hedge}. */
final class HedgeReader {
    /** A delay of hedges that is not a duration. */
    static final String PERCENTILE = "p95";

    private static final ObjectReader<HedgePolicy.Builder> HEDGE = ObjectReader.<HedgePolicy.Builder>refusingOthers()
            .field("delay", (in, h) -> h.delay(in.durationOr(PERCENTILE)))
            .field("minDelay", (in, h) -> h.minDelay(in.duration()))
            .field("maxAttempts", (in, h) -> h.maxAttempts(in.integer()))
            .field("shadow", (in, h) -> h.shadow(in.flag()));

    private HedgeReader() {}

    static HedgePolicy read(JsonCursor in) throws IOException {
        return HEDGE.read(in, HedgePolicy.builder()).build();
    }
}
