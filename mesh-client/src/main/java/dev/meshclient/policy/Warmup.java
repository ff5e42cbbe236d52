package dev.meshclient.policy;

import dev.meshclient.internal.text.Durations;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint that begins to get calls gets its share gradually. The names are Istio's, the rule Envoy's: a time t after it
 * began, its weight counts times the larger of {@code minimumPercent} and (t / {@code duration}) to the power of 1 / {@code aggression}.
 *
 * <p>Made with {@link #builder(Duration)}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param duration until the endpoint gets all of its share; above 0
 * @param minimumPercent the part that it gets from the first moment on, 0 to 100; null: 10
 * @param aggression above 0 and up to {@value #MAX_AGGRESSION}; above 1.0 it gets more at first, below it less; null: 1.0, in
 *     proportion to the time
 */
public record Warmup(
        Duration duration,
        @Nullable Integer minimumPercent,
        @Nullable Double aggression) {
    public Warmup {
        Required.value(duration, "duration", "a duration");
    }

    /** The highest legal {@code aggression}. */
    public static final double MAX_AGGRESSION = 100;

    private static final int BUILT_IN_PERCENT = 10;
    private static final double BUILT_IN_AGGRESSION = 1;

    /** The stated part in percent, or the built-in one. */
    public int minimumPercentOrDefault() {
        return minimumPercent == null ? BUILT_IN_PERCENT : minimumPercent;
    }

    /** The stated aggression, or the built-in one. */
    public double aggressionOrDefault() {
        return aggression == null ? BUILT_IN_AGGRESSION : aggression;
    }

    /** Starts a builder with a duration alone. */
    public static Builder builder(Duration duration) {
        return new Warmup(duration, null, null).toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    @Override
    public String toString() {
        return "warmup " + Durations.shown(duration) + " from " + minimumPercentOrDefault() + " %"
                + (aggressionOrDefault() == BUILT_IN_AGGRESSION ? "" : ", aggression " + aggressionOrDefault());
    }

    /** Builds a {@link Warmup}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private Duration duration = Warmup.this.duration;
        private @Nullable Integer minimumPercent = Warmup.this.minimumPercent;
        private @Nullable Double aggression = Warmup.this.aggression;

        private Builder() {}

        public Builder duration(Duration duration) {
            this.duration = Required.value(duration, "duration", "a duration");
            return this;
        }

        public Builder minimumPercent(@Nullable Integer minimumPercent) {
            this.minimumPercent = minimumPercent;
            return this;
        }

        public Builder aggression(@Nullable Double aggression) {
            this.aggression = aggression;
            return this;
        }

        public Warmup build() {
            return new Warmup(duration, minimumPercent, aggression);
        }
    }
}
