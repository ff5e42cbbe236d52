package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.ReportedWeight;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.WeightedLoad;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Decider: the weights of endpoints that report their load, by the rules of gRFC A58. Immutable: the endpoints keep the reports. */
final class LoadWeights {
    private static final Duration BLACKOUT = Duration.ofSeconds(10);
    private static final Duration EXPIRATION = Duration.ofMinutes(3);
    private static final Duration UPDATE = Duration.ofSeconds(1);
    private static final double PENALTY = 1;

    /** An endpoint has at most so many times the mean, and at least this part of it: a wrong report takes no more, as in gRPC. */
    private static final double MOST = 10;

    /** Where the policy states another algorithm. */
    static final LoadWeights UNUSED = new LoadWeights(LoadBalancer.of(LoadBalancer.Simple.WEIGHTED_LOAD));

    private final long blackoutNanos;
    private final long expirationNanos;
    private final long updateNanos;
    private final Rule rule;
    private final Consumer<Runnable> aside;

    /** How a weight follows from a report. */
    private record Rule(double penalty, List<String> utilizations) {}

    /** The weights of many endpoints are computed by the call that needs them. */
    LoadWeights(LoadBalancer balancer) {
        this(balancer, Runnable::run);
    }

    /** @param aside runs a task that takes milliseconds, on another thread than that of a call */
    LoadWeights(LoadBalancer balancer, Consumer<Runnable> aside) {
        this.aside = aside;
        WeightedLoad stated = balancer.weightedLoad() == null ? WeightedLoad.NONE : balancer.weightedLoad();
        this.blackoutNanos = nanos(stated.blackoutPeriod(), BLACKOUT);
        this.expirationNanos = nanos(stated.weightExpirationPeriod(), EXPIRATION);
        this.updateNanos = nanos(stated.weightUpdatePeriod(), UPDATE);
        this.rule = new Rule(
                stated.errorUtilizationPenalty() == null ? PENALTY : stated.errorUtilizationPenalty(),
                stated.metricNamesForComputingUtilization());
    }

    private static long nanos(@Nullable Duration stated, Duration builtIn) {
        return Time.nanos(stated == null ? builtIn : stated);
    }

    @Override
    public String toString() {
        return "load reports count from " + millis(blackoutNanos) + " to " + millis(expirationNanos) + ", each "
                + millis(updateNanos) + ", penalty " + rule.penalty
                + (rule.utilizations.isEmpty() ? "" : ", utilization " + String.join(", ", rule.utilizations));
    }

    private static String millis(long nanos) {
        return nanos / 1_000_000 + " ms";
    }

    /** How often weights are computed. */
    long updateNanos() {
        return updateNanos;
    }

    /** Runs a task that takes milliseconds. */
    void aside(Runnable task) {
        aside.accept(task);
    }

    /** Takes note of a report. A report that states too little changes nothing. */
    void add(EndpointHealth endpoint, String header, long now) throws LoadReport.Malformed {
        double weight = LoadReport.of(header, rule.utilizations).weight(rule.penalty);
        ReportedWeight before;
        ReportedWeight after;
        do {
            before = endpoint.reportedWeight();
            after = new ReportedWeight(
                    rule,
                    weight,
                    since(endpoint, before, now),
                    now,
                    ReportedWeight.others(before, rule, now - expirationNanos));
        } while (weight > 0 && !endpoint.reportedWeight(before, after));
    }

    /** When the reports in a row began to which one of this time belongs, by whatever rule. */
    private long since(EndpointHealth endpoint, @Nullable ReportedWeight last, long now) {
        return last == null || now - last.at() >= expirationNanos || hasBegunSince(endpoint, last) ? now : last.since();
    }

    /** Whether the endpoint began to get calls, or returned, after its first report: it may be another process. */
    private static boolean hasBegunSince(EndpointHealth endpoint, ReportedWeight reported) {
        return isAfter(endpoint.slowSince(), reported.since()) || isAfter(endpoint.beganAt(), reported.since());
    }

    private static boolean isAfter(long time, long other) {
        return time != 0 && time - other > 0;
    }

    /** The weight of an endpoint by its reports; 0: it has none that counts now. */
    double of(EndpointHealth endpoint, long now) {
        ReportedWeight reported = ReportedWeight.of(endpoint, rule);
        return reported == null
                        || now - reported.at() >= expirationNanos
                        || (blackoutNanos > 0 && now - reported.since() < blackoutNanos)
                        || hasBegunSince(endpoint, reported)
                ? 0
                : reported.weight();
    }

    /** The weights of members, the mean where an endpoint has none; null: fewer than two have one. */
    double @Nullable [] of(Members members, long now) {
        double[] weights = new double[members.size()];
        double sum = 0;
        int known = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = of(members.get(i).state(), now);
            sum += weights[i];
            known += weights[i] > 0 ? 1 : 0;
        }
        if (known < 2) {
            return null;
        }
        double mean = sum / known;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = weights[i] == 0 ? mean : Math.max(mean / MOST, Math.min(mean * MOST, weights[i]));
        }
        return weights;
    }

    /** For people. */
    String inWords(EndpointHealth endpoint, long now) {
        double weight = of(endpoint, now);
        ReportedWeight reported = ReportedWeight.of(endpoint, rule);
        return weight > 0
                ? "weight " + Math.round(weight) + " by its load reports"
                : reported == null
                        ? "the mean weight: it reports no load"
                        : now - reported.at() >= expirationNanos
                                ? "the mean weight: its last load report has expired"
                                : "the mean weight: it reports its load only since "
                                        + Math.max(0, now - reported.since()) / 1_000_000_000 + " s";
    }
}
