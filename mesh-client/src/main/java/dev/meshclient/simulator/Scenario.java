package dev.meshclient.simulator;

import dev.meshclient.policy.MeshPolicy;
import java.util.List;
import java.util.Map;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * What is simulated with a policy.
 *
 * @param nanos of virtual time until the last call begins
 * @param limits the bounds by the names of {@link Bound}
 */
record Scenario(
        long seed, long nanos, List<Caller> callers, List<Group> fleet, List<Fault> faults, Map<Bound, Double> limits) {
    /** Processes that make the same calls, each with a mesh of its own. */
    record Caller(
            String service,
            String zone,
            int instances,
            double perSecond,
            String method,
            HttpUrl url,
            boolean idempotent,
            long timeoutNanos) {
        @Override
        public String toString() {
            return service + (zone.isEmpty() ? "" : " in " + zone) + ", " + method + " " + url;
        }
    }

    /**
     * Endpoints that a part of the scenario is about.
     *
     * @param service empty: of every service
     * @param zone empty: in every zone
     * @param names {@code address:port}; empty: all
     * @param count the first so many of them, in the order of the document; 0: all
     */
    record Selection(String service, String zone, List<String> names, int count) {}

    /**
     * How endpoints answer.
     *
     * @param generated the number of endpoints in each zone, in place of those of the document; empty: those of the document
     * @param sigma of the logarithm of the latency
     * @param atOnce the capacity in requests at once; 0: unlimited
     * @param status of the answers above the capacity; 0: it answers more slowly instead
     */
    record Group(
            Selection selection,
            Map<String, Integer> generated,
            long medianNanos,
            double sigma,
            int atOnce,
            int status) {}

    /** The kinds of faults, by their names in the JSON. */
    enum Kind {
        refuse,
        reset,
        blackHole,
        status,
        slow,
        zoneLoss,
        restart,
        publish
    }

    /**
     * A fault in a range of time.
     *
     * @param status of kind {@code status}, after {@code nanos}
     * @param factor of kind {@code slow}
     * @param nanos of {@code status}: until the answer; of {@code restart}: how long an endpoint is down
     * @param everyNanos of {@code restart}: from one endpoint to the next
     * @param document of kind {@code publish}
     */
    record Fault(
            Kind kind,
            long from,
            long to,
            Selection selection,
            int status,
            double factor,
            long nanos,
            long everyNanos,
            @Nullable MeshPolicy document) {
        boolean isActive(long now) {
            return now >= from && now < to;
        }
    }
}
