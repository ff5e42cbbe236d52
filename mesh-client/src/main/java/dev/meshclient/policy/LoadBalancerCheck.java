package dev.meshclient.policy;

import java.math.BigInteger;
import java.time.Duration;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks {@code loadBalancer}. */
final class LoadBalancerCheck {
    private static final String INPUTS = "exactly one of httpHeaderName, httpCookie and httpQueryParameterName";
    private static final int MAX_SUBSET = 1_000_000;
    private static final int MAX_FACTOR = 1_000_000;
    private static final Duration MIN_UPDATE = Duration.ofMillis(100);
    private static final double MAX_PENALTY = 1000;
    private static final int MAX_METRICS = 64;
    static final Pattern METRIC =
            Pattern.compile("cpu_utilization|mem_utilization|(utilization|named_metrics)\\.[^=,\\s]+");
    private static final String METRIC_EXPECTED =
            "cpu_utilization, mem_utilization, utilization.NAME or named_metrics.NAME";

    private LoadBalancerCheck() {}

    static void check(Place place, LoadBalancer balancer) {
        ConsistentHash hash = balancer.consistentHash();
        if ((balancer.simple() == null) == (hash == null)) {
            place.wrongIn(hash == null ? "nothing" : "both", "exactly one of simple and consistentHash");
        }
        if (hash != null) {
            hash(place.field("consistentHash"), hash);
        }
        subset(place.field("subsetSize"), balancer);
        if (balancer.weightedLoad() != null) {
            weightedLoad(place.field("weightedLoad"), balancer.simple(), balancer.weightedLoad());
        }
        if (balancer.warmup() != null) {
            warmup(place.field("warmup"), balancer.warmup());
        }
    }

    private static void weightedLoad(Place place, LoadBalancer.@Nullable Simple simple, WeightedLoad load) {
        if (simple != LoadBalancer.Simple.WEIGHTED_LOAD) {
            place.wrongIn("an object", "nothing: it belongs to simple WEIGHTED_LOAD");
        }
        place.field("blackoutPeriod").duration(load.blackoutPeriod());
        place.field("weightExpirationPeriod").durationAboveZero(load.weightExpirationPeriod());
        place.field("weightUpdatePeriod")
                .durationFrom(load.weightUpdatePeriod(), MIN_UPDATE, "a duration of at least \"100ms\"");
        Double penalty = load.errorUtilizationPenalty();
        if (penalty != null && !(penalty >= 0 && penalty <= MAX_PENALTY)) {
            place.field("errorUtilizationPenalty").wrong(penalty, "a number of 0 to 1000");
        }
        place.field("metricNamesForComputingUtilization")
                .each(
                        load.metricNamesForComputingUtilization(),
                        0,
                        MAX_METRICS,
                        (at, name) -> at.text(name, Place.MAX_NAME, METRIC, METRIC_EXPECTED));
    }

    private static void warmup(Place place, Warmup warmup) {
        place.field("duration").durationAboveZero(warmup.duration());
        place.field("minimumPercent").integer(warmup.minimumPercent(), 0, 100);
        Double aggression = warmup.aggression();
        if (aggression != null && !(aggression > 0 && aggression <= Warmup.MAX_AGGRESSION)) {
            place.field("aggression").wrong(aggression, "a number above 0, up to 100");
        }
    }

    private static void subset(Place place, LoadBalancer balancer) {
        Integer size = balancer.subsetSize();
        if (place.integer(size, 0, MAX_SUBSET) && size != null && size > 0 && balancer.consistentHash() != null) {
            place.wrong(size, "0 or nothing beside consistentHash: each client would send a value to another endpoint");
        }
    }

    private static void hash(Place place, ConsistentHash hash) {
        long inputs = Stream.of(
                        hash.httpHeaderName() != null, hash.httpCookie() != null, hash.httpQueryParameterName() != null)
                .filter(stated -> stated)
                .count();
        if (inputs != 1) {
            place.wrongIn(inputs == 0 ? "nothing" : "several", INPUTS);
        }
        place.field("httpHeaderName")
                .text(hash.httpHeaderName(), Place.MAX_NAME, RuleCheck.TOKEN, "the name of a header (RFC 9110)");
        if (hash.httpCookie() != null) {
            place.field("httpCookie")
                    .field("name")
                    .requiredText(
                            hash.httpCookie().name(),
                            Place.MAX_NAME,
                            RuleCheck.TOKEN,
                            "the name of a cookie (RFC 6265)");
        }
        place.field("httpQueryParameterName").name(hash.httpQueryParameterName());
        if (hash.ringHash() != null && hash.maglev() != null) {
            place.wrongIn("both", "at most one of ringHash and maglev");
        }
        if (hash.ringHash() != null) {
            place.field("ringHash")
                    .field("minimumRingSize")
                    .integer(hash.ringHash().minimumRingSize(), 1, ConsistentHash.RingHash.MAX_SIZE);
        }
        if (hash.maglev() != null) {
            maglev(place.field("maglev").field("tableSize"), hash.maglev());
        }
        Integer factor = hash.hashBalanceFactor();
        if (factor != null && factor != 0 && (factor < 100 || factor > MAX_FACTOR)) {
            place.field("hashBalanceFactor")
                    .wrong(factor, "0 (no limit), or an integer of 100 to " + MAX_FACTOR + " (percent of the mean)");
        }
    }

    private static void maglev(Place size, ConsistentHash.Maglev maglev) {
        Integer stated = maglev.tableSize();
        if (size.integer(stated, 2, ConsistentHash.Maglev.MAX_SIZE)
                && stated != null
                && !BigInteger.valueOf(stated).isProbablePrime(50)) {
            size.wrong(stated, "a prime, such as " + near(stated));
        }
    }

    private static BigInteger near(int stated) {
        BigInteger next = BigInteger.valueOf(stated).nextProbablePrime();
        return next.min(BigInteger.valueOf(ConsistentHash.Maglev.MAX_SIZE));
    }
}
