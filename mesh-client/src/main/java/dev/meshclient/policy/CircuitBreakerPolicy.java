package dev.meshclient.policy;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When all attempts at a backend are refused for a while because too many of them failed or were slow. Names, rules and built-in
 * values are those of resilience4j.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param failureRateThreshold percent of the attempts in the window that opens it if they fail; 0 = the breaker is off; built-in
 *     50
 * @param slowCallRateThreshold percent of the attempts in the window that opens it if they are slow; 0 = slow attempts do not
 *     open it; built-in 100
 * @param slowCallDurationThreshold an attempt is slow if its response headers, or its failure, take longer; built-in 60 s
 * @param slidingWindowType whether the window is a number of attempts or of seconds; built-in {@link
 *     SlidingWindowType#COUNT_BASED}
 * @param slidingWindowSize attempts, or seconds, in the window; built-in 100
 * @param minimumNumberOfCalls attempts in the window before a rate counts; null: 100. In a window of attempts at most its size
 * @param waitDurationInOpenState how long it is open before it lets attempts probe the backend; built-in 60 s
 * @param permittedNumberOfCallsInHalfOpenState attempts that probe the backend; built-in 10
 * @param ignoredStatusCodes responses that count neither as success nor as failure; built-in none
 * @param shadow true: what the breaker would refuse is counted and not refused; built-in false
 */
public record CircuitBreakerPolicy(
        int failureRateThreshold,
        int slowCallRateThreshold,
        Duration slowCallDurationThreshold,
        SlidingWindowType slidingWindowType,
        int slidingWindowSize,
        @Nullable Integer minimumNumberOfCalls,
        Duration waitDurationInOpenState,
        int permittedNumberOfCallsInHalfOpenState,
        Set<Integer> ignoredStatusCodes,
        boolean shadow) {
    /** All values are the built-in ones. */
    public static final CircuitBreakerPolicy BUILT_IN = new CircuitBreakerPolicy(
            50,
            100,
            Duration.ofSeconds(60),
            SlidingWindowType.COUNT_BASED,
            100,
            null,
            Duration.ofSeconds(60),
            10,
            Set.of(),
            false);

    private static final int BUILT_IN_MINIMUM = 100;

    public CircuitBreakerPolicy {
        Required.value(slowCallDurationThreshold, "slowCallDurationThreshold", "a duration");
        Required.value(slidingWindowType, "slidingWindowType", "one of SlidingWindowType");
        Required.value(waitDurationInOpenState, "waitDurationInOpenState", "a duration");
        ignoredStatusCodes = Required.set(ignoredStatusCodes, "ignoredStatusCodes");
    }

    /** The window of a circuit breaker. */
    public enum SlidingWindowType {
        /** The last attempts. */
        COUNT_BASED,
        /** The attempts of the last seconds. */
        TIME_BASED
    }

    /** Whether it can open at all. */
    public boolean isOn() {
        return failureRateThreshold > 0;
    }

    /** The number of attempts in the window from which on its rates count. */
    public int minimumInForce() {
        int minimum = minimumNumberOfCalls == null ? BUILT_IN_MINIMUM : minimumNumberOfCalls;
        return slidingWindowType == SlidingWindowType.COUNT_BASED ? Math.min(minimum, slidingWindowSize) : minimum;
    }

    /** Starts a builder with the built-in values. */
    public static Builder builder() {
        return BUILT_IN.toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link CircuitBreakerPolicy}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private int failureRateThreshold = CircuitBreakerPolicy.this.failureRateThreshold;
        private int slowCallRateThreshold = CircuitBreakerPolicy.this.slowCallRateThreshold;
        private Duration slowCallDurationThreshold = CircuitBreakerPolicy.this.slowCallDurationThreshold;
        private SlidingWindowType slidingWindowType = CircuitBreakerPolicy.this.slidingWindowType;
        private int slidingWindowSize = CircuitBreakerPolicy.this.slidingWindowSize;
        private @Nullable Integer minimumNumberOfCalls = CircuitBreakerPolicy.this.minimumNumberOfCalls;
        private Duration waitDurationInOpenState = CircuitBreakerPolicy.this.waitDurationInOpenState;
        private int permittedNumberOfCallsInHalfOpenState =
                CircuitBreakerPolicy.this.permittedNumberOfCallsInHalfOpenState;
        private Set<Integer> ignoredStatusCodes = CircuitBreakerPolicy.this.ignoredStatusCodes;
        private boolean shadow = CircuitBreakerPolicy.this.shadow;

        private Builder() {}

        public Builder failureRateThreshold(int percent) {
            this.failureRateThreshold = percent;
            return this;
        }

        public Builder slowCallRateThreshold(int percent) {
            this.slowCallRateThreshold = percent;
            return this;
        }

        public Builder slowCallDurationThreshold(Duration slowCallDurationThreshold) {
            this.slowCallDurationThreshold =
                    Required.value(slowCallDurationThreshold, "slowCallDurationThreshold", "a duration");
            return this;
        }

        public Builder slidingWindowType(SlidingWindowType slidingWindowType) {
            this.slidingWindowType = Required.value(slidingWindowType, "slidingWindowType", "one of SlidingWindowType");
            return this;
        }

        public Builder slidingWindowSize(int slidingWindowSize) {
            this.slidingWindowSize = slidingWindowSize;
            return this;
        }

        public Builder minimumNumberOfCalls(@Nullable Integer minimumNumberOfCalls) {
            this.minimumNumberOfCalls = minimumNumberOfCalls;
            return this;
        }

        public Builder waitDurationInOpenState(Duration waitDurationInOpenState) {
            this.waitDurationInOpenState =
                    Required.value(waitDurationInOpenState, "waitDurationInOpenState", "a duration");
            return this;
        }

        public Builder permittedNumberOfCallsInHalfOpenState(int permittedNumberOfCallsInHalfOpenState) {
            this.permittedNumberOfCallsInHalfOpenState = permittedNumberOfCallsInHalfOpenState;
            return this;
        }

        public Builder ignoredStatusCodes(Set<Integer> ignoredStatusCodes) {
            this.ignoredStatusCodes = Required.set(ignoredStatusCodes, "ignoredStatusCodes");
            return this;
        }

        public Builder shadow(boolean shadow) {
            this.shadow = shadow;
            return this;
        }

        public CircuitBreakerPolicy build() {
            return new CircuitBreakerPolicy(
                    failureRateThreshold,
                    slowCallRateThreshold,
                    slowCallDurationThreshold,
                    slidingWindowType,
                    slidingWindowSize,
                    minimumNumberOfCalls,
                    waitDurationInOpenState,
                    permittedNumberOfCallsInHalfOpenState,
                    ignoredStatusCodes,
                    shadow);
        }
    }
}
