package dev.meshclient.policy.json;

import dev.meshclient.policy.CircuitBreakerPolicy;
import java.io.IOException;
import java.util.LinkedHashSet;

/** Reads {@code circuitBreaker}. */
final class CircuitBreakerReader {
    private static final Words<CircuitBreakerPolicy.SlidingWindowType> SLIDING_WINDOW_TYPE =
            Words.of(CircuitBreakerPolicy.SlidingWindowType.values());

    private static final ObjectReader<CircuitBreakerPolicy.Builder> CIRCUIT_BREAKER =
            ObjectReader.<CircuitBreakerPolicy.Builder>refusingOthers()
                    .field("failureRateThreshold", (in, b) -> b.failureRateThreshold(in.integer()))
                    .field("slowCallRateThreshold", (in, b) -> b.slowCallRateThreshold(in.integer()))
                    .field("slowCallDurationThreshold", (in, b) -> b.slowCallDurationThreshold(in.duration()))
                    .field("slidingWindowType", (in, b) -> b.slidingWindowType(in.word(SLIDING_WINDOW_TYPE)))
                    .field("slidingWindowSize", (in, b) -> b.slidingWindowSize(in.integer()))
                    .field("minimumNumberOfCalls", (in, b) -> b.minimumNumberOfCalls(in.integer()))
                    .field("waitDurationInOpenState", (in, b) -> b.waitDurationInOpenState(in.duration()))
                    .field(
                            "permittedNumberOfCallsInHalfOpenState",
                            (in, b) -> b.permittedNumberOfCallsInHalfOpenState(in.integer()))
                    .field(
                            "ignoredStatusCodes",
                            (in, b) -> b.ignoredStatusCodes(new LinkedHashSet<>(in.list(0, JsonCursor::integer))))
                    .field("shadow", (in, b) -> b.shadow(in.flag()));

    private CircuitBreakerReader() {}

    static CircuitBreakerPolicy read(JsonCursor in) throws IOException {
        return CIRCUIT_BREAKER.read(in, CircuitBreakerPolicy.builder()).build();
    }
}
