package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.AttemptResults;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The intervals of one backend. The backends of a service share the counters of their endpoints: each records the counts at which
 * its interval began, and only a backend alone sets them to 0.
 */
final class Intervals {
    private Map<EndpointHealth, Counts> begun = Map.of(); // by identity; of the endpoints with results
    private List<Endpoint> known = List.of(); // when the interval began

    private record Counts(int succeeded, int failed, int unanswered, long changedAt) {
        static final Counts NONE = new Counts(0, 0, 0, 0);

        static Counts of(@Nullable EndpointHealth counted) {
            AttemptResults results = counted == null ? null : counted.resultsIfAny();
            return counted == null || results == null
                    ? NONE
                    : new Counts(results.succeeded(), results.failed(), results.unanswered(), counted.changedAt());
        }

        boolean isNone() {
            return succeeded == 0 && failed == 0 && unanswered == 0;
        }

        /** A return of the endpoint has set its counters to 0, or another backend that just was alone. */
        IntervalCounts since(@Nullable Counts begin, EndpointHealth endpoint) {
            return begin == null || begin.changedAt != changedAt || isBelow(begin)
                    ? new IntervalCounts(endpoint, succeeded, failed, unanswered)
                    : new IntervalCounts(
                            endpoint,
                            succeeded - begin.succeeded,
                            failed - begin.failed,
                            unanswered - begin.unanswered);
        }

        private boolean isBelow(Counts begin) {
            return succeeded < begin.succeeded || failed < begin.failed || unanswered < begin.unanswered;
        }
    }

    /**
     * Begins the first interval: what was counted before belongs to none.
     *
     * @param counters of an endpoint; null: it had no attempt
     */
    synchronized void begin(List<Endpoint> endpoints, Function<EndpointHealth, @Nullable EndpointHealth> counters) {
        Map<EndpointHealth, Counts> begins = new HashMap<>();
        for (int i = 0; i < endpoints.size(); i++) {
            EndpointHealth endpoint = endpoints.get(i).state();
            Counts now = Counts.of(counters.apply(endpoint));
            if (!now.isNone()) {
                begins.put(endpoint, now);
            }
        }
        begun = begins;
        known = endpoints;
    }

    /**
     * Ends the interval, and begins the next.
     *
     * @param counters of an endpoint; null: it had no attempt
     * @param alone whether no other backend reads these counters
     * @return the results of the endpoints that are not ejected; an endpoint that is new to a backend beside others has none yet, as
     *     theirs may be among its counts
     */
    synchronized List<IntervalCounts> next(
            List<Endpoint> endpoints, Function<EndpointHealth, @Nullable EndpointHealth> counters, boolean alone) {
        List<IntervalCounts> results = new ArrayList<>();
        Map<EndpointHealth, Counts> begins = new HashMap<>();
        Set<EndpointHealth> added = alone || endpoints == known ? Set.of() : added(endpoints);
        for (int i = 0; i < endpoints.size(); i++) {
            EndpointHealth endpoint = endpoints.get(i).state();
            EndpointHealth counted = counters.apply(endpoint);
            Counts now = Counts.of(counted);
            if (counted == null || now.isNone() || begins.containsKey(endpoint)) {
                continue; // endpoints behind a gateway are one
            }
            if (!counted.isEjected() && !added.contains(endpoint)) {
                results.add(now.since(begun.get(endpoint), endpoint));
            }
            if (alone) {
                counted.results().startInterval();
            } else {
                begins.put(endpoint, now);
            }
        }
        begun = begins;
        known = endpoints;
        return results;
    }

    private Set<EndpointHealth> added(List<Endpoint> endpoints) {
        Set<EndpointHealth> added = new HashSet<>(); // compares by identity
        endpoints.forEach(endpoint -> added.add(endpoint.state()));
        known.forEach(endpoint -> added.remove(endpoint.state()));
        return added;
    }
}
