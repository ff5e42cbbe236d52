package dev.meshclient.internal.endpoint;

import org.jspecify.annotations.Nullable;

/**
 * The weight that follows from the load that an endpoint reports.
 *
 * @param rule how it follows; each rule among the backends of a service has a weight of its own
 * @param since the first of the reports in a row
 * @param at the last report
 * @param others the weights by other rules; null: none
 */
public record ReportedWeight(
        Object rule,
        double weight,
        long since,
        long at,
        @Nullable ReportedWeight others) {
    /** The weight by this rule; null: there is none. */
    public static @Nullable ReportedWeight of(EndpointHealth endpoint, Object rule) {
        ReportedWeight found = endpoint.reportedWeight();
        while (found != null && !found.rule.equals(rule)) {
            found = found.others;
        }
        return found;
    }

    /** Those of these weights that follow by other rules, and are newer than that. */
    public static @Nullable ReportedWeight others(@Nullable ReportedWeight weights, Object rule, long oldest) {
        if (weights == null) {
            return null;
        }
        ReportedWeight left = others(weights.others, rule, oldest);
        return weights.rule.equals(rule) || weights.at - oldest <= 0
                ? left
                : left == weights.others
                        ? weights
                        : new ReportedWeight(weights.rule, weights.weight, weights.since, weights.at, left);
    }
}
