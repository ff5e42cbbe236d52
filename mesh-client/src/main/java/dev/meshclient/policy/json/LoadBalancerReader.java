package dev.meshclient.policy.json;

import dev.meshclient.internal.text.Durations;
import dev.meshclient.policy.ConsistentHash;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.Warmup;
import dev.meshclient.policy.WeightedLoad;
import java.io.IOException;
import java.time.Duration;

/** Reads {@code loadBalancer}. */
final class LoadBalancerReader {
    private static final Words<LoadBalancer.Simple> SIMPLE = Words.of(LoadBalancer.Simple.values())
            .refusing("RING_HASH", "is stated as consistentHash.ringHash here")
            .refusing("MAGLEV", "is stated as consistentHash.maglev here")
            .refusing("PASSTHROUGH", "is stated as resolution NONE here")
            .refusing("EWMA", "is stated as PEAK_EWMA here")
            .refusing("LEAST_CONN", "is Istio's old word for LEAST_REQUEST");

    private static final String NO_COOKIE_IS_MADE =
            "the mesh generates no cookie: hash one that the server sets, or use MeshOptions.withHashKey";

    private static final ObjectReader<ConsistentHash.Builder> RING_HASH =
            ObjectReader.<ConsistentHash.Builder>refusingOthers()
                    .field("minimumRingSize", (in, h) -> h.ringHash(new ConsistentHash.RingHash(in.integer())));
    private static final ObjectReader<ConsistentHash.Builder> MAGLEV =
            ObjectReader.<ConsistentHash.Builder>refusingOthers()
                    .field("tableSize", (in, h) -> h.maglev(new ConsistentHash.Maglev(in.integer())));
    private static final ObjectReader<ConsistentHash.Builder> HTTP_COOKIE =
            ObjectReader.<ConsistentHash.Builder>refusingOthers()
                    .unsupported("ttl", "path", "attributes")
                    .instead("ttl", NO_COOKIE_IS_MADE)
                    .instead("path", NO_COOKIE_IS_MADE)
                    .instead("attributes", NO_COOKIE_IS_MADE)
                    .required(
                            "name",
                            "the name of a cookie, such as \"session\"",
                            (in, h) -> h.httpCookie(new ConsistentHash.HttpCookie(in.text())));
    private static final ObjectReader<ConsistentHash.Builder> CONSISTENT_HASH =
            ObjectReader.<ConsistentHash.Builder>refusingOthers()
                    .unsupported("useSourceIp", "minimumRingSize")
                    .instead("minimumRingSize", "it stands in ringHash")
                    .field("httpHeaderName", (in, h) -> h.httpHeaderName(in.text()))
                    .field("httpCookie", HTTP_COOKIE::read)
                    .field("httpQueryParameterName", (in, h) -> h.httpQueryParameterName(in.text()))
                    .field("ringHash", (in, h) -> RING_HASH.read(in, h.ringHash(ConsistentHash.RingHash.DEFAULT)))
                    .field("maglev", (in, h) -> MAGLEV.read(in, h.maglev(new ConsistentHash.Maglev(null))))
                    .field("hashBalanceFactor", (in, h) -> h.hashBalanceFactor(in.integer()));

    private static final ObjectReader<WeightedLoad.Builder> WEIGHTED_LOAD =
            ObjectReader.<WeightedLoad.Builder>refusingOthers()
                    .field("blackoutPeriod", (in, w) -> w.blackoutPeriod(in.duration()))
                    .field("weightExpirationPeriod", (in, w) -> w.weightExpirationPeriod(in.duration()))
                    .field("weightUpdatePeriod", (in, w) -> w.weightUpdatePeriod(in.duration()))
                    .field("errorUtilizationPenalty", (in, w) -> w.errorUtilizationPenalty(in.number()))
                    .field(
                            "metricNamesForComputingUtilization",
                            (in, w) -> w.metricNamesForComputingUtilization(in.list(0, JsonCursor::text)));

    private static final ObjectReader<Warmup.Builder> WARMUP = ObjectReader.<Warmup.Builder>refusingOthers()
            .required("duration", Durations.EXPECTED, (in, w) -> w.duration(in.duration()))
            .field("minimumPercent", (in, w) -> w.minimumPercent(in.integer()))
            .field("aggression", (in, w) -> w.aggression(in.number()));

    private static final ObjectReader<LoadBalancer.Builder> LOAD_BALANCER =
            ObjectReader.<LoadBalancer.Builder>ignoringOthers()
                    .field("simple", (in, b) -> b.simple(in.word(SIMPLE)))
                    .field(
                            "consistentHash",
                            (in, b) -> b.consistentHash(CONSISTENT_HASH
                                    .read(in, ConsistentHash.builder())
                                    .build()))
                    .field("subsetSize", (in, b) -> b.subsetSize(in.integer()))
                    .field(
                            "weightedLoad",
                            (in, b) -> b.weightedLoad(WEIGHTED_LOAD
                                    .read(in, WeightedLoad.builder())
                                    .build()))
                    .field(
                            "warmup",
                            (in, b) -> b.warmup(WARMUP.read(in, Warmup.builder(Duration.ofSeconds(1)))
                                    .build()));

    private LoadBalancerReader() {}

    static LoadBalancer read(JsonCursor in) throws IOException {
        return LOAD_BALANCER.read(in, LoadBalancer.builder()).build();
    }
}
