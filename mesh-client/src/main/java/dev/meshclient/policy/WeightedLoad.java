package dev.meshclient.policy;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How {@link LoadBalancer.Simple#WEIGHTED_LOAD} uses the load that endpoints report. The names and the built-in values are those of gRFC
 * A58 and Envoy's client-side weighted round robin. Null or empty where nothing is stated.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param blackoutPeriod how long an endpoint has to report, since its first report or its return, before its reports count; 0 = not
 *     at all; built-in 10 s
 * @param weightExpirationPeriod how long a report counts; above 0; built-in 3 min
 * @param weightUpdatePeriod how often the weights are computed; at least 100 ms; built-in 1 s
 * @param errorUtilizationPenalty what the share of failed requests that an endpoint reports adds to its utilization, 0 to 1000; 0 =
 *     nothing; built-in 1.0
 * @param metricNamesForComputingUtilization metrics of which the largest is the utilization of an endpoint that reports no {@code
 *     application_utilization}, such as {@code named_metrics.queue}; empty = {@code cpu_utilization}
 */
public record WeightedLoad(
        @Nullable Duration blackoutPeriod,
        @Nullable Duration weightExpirationPeriod,
        @Nullable Duration weightUpdatePeriod,
        @Nullable Double errorUtilizationPenalty,
        List<String> metricNamesForComputingUtilization) {
    /** The built-in values alone. */
    public static final WeightedLoad NONE = new WeightedLoad(null, null, null, null, List.of());

    public WeightedLoad {
        metricNamesForComputingUtilization =
                Required.list(metricNamesForComputingUtilization, "metricNamesForComputingUtilization");
    }

    /** Starts an empty builder. */
    public static Builder builder() {
        return NONE.toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link WeightedLoad}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private @Nullable Duration blackoutPeriod = WeightedLoad.this.blackoutPeriod;
        private @Nullable Duration weightExpirationPeriod = WeightedLoad.this.weightExpirationPeriod;
        private @Nullable Duration weightUpdatePeriod = WeightedLoad.this.weightUpdatePeriod;
        private @Nullable Double errorUtilizationPenalty = WeightedLoad.this.errorUtilizationPenalty;
        private List<String> metricNamesForComputingUtilization = WeightedLoad.this.metricNamesForComputingUtilization;

        private Builder() {}

        public Builder blackoutPeriod(@Nullable Duration blackoutPeriod) {
            this.blackoutPeriod = blackoutPeriod;
            return this;
        }

        public Builder weightExpirationPeriod(@Nullable Duration weightExpirationPeriod) {
            this.weightExpirationPeriod = weightExpirationPeriod;
            return this;
        }

        public Builder weightUpdatePeriod(@Nullable Duration weightUpdatePeriod) {
            this.weightUpdatePeriod = weightUpdatePeriod;
            return this;
        }

        public Builder errorUtilizationPenalty(@Nullable Double errorUtilizationPenalty) {
            this.errorUtilizationPenalty = errorUtilizationPenalty;
            return this;
        }

        public Builder metricNamesForComputingUtilization(List<String> metricNamesForComputingUtilization) {
            this.metricNamesForComputingUtilization =
                    Required.list(metricNamesForComputingUtilization, "metricNamesForComputingUtilization");
            return this;
        }

        public WeightedLoad build() {
            return new WeightedLoad(
                    blackoutPeriod,
                    weightExpirationPeriod,
                    weightUpdatePeriod,
                    errorUtilizationPenalty,
                    metricNamesForComputingUtilization);
        }
    }
}
