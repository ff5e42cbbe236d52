package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.AttemptResults;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The intervals of one backend. The backends of a service share the counters of their endpoints: each takes note of the counts at which
 * its interval began, and only a backend alone sets them to 0.
 */
final class Intervals {
    private Map<EndpointHealth, Counts> begun = Map.of(); // by identity; of the endpoints with results

    private record Counts(int succeeded, int failed, int unanswered, long changedAt) {
        static final Counts NONE = new Counts(0, 0, 0, 0);

        static Counts of(AttemptResults results, long changedAt) {
            return new Counts(results.succeeded(), results.failed(), results.unanswered(), changedAt);
        }

        boolean isNone() {
            return succeeded == 0 && failed == 0 && unanswered == 0;
        }

        /** A return of the endpoint has set its counters to 0. */
        IntervalCounts since(@Nullable Counts begin, EndpointHealth endpoint) {
            return begin == null || begin.changedAt != changedAt
                    ? new IntervalCounts(endpoint, succeeded, failed, unanswered)
                    : new IntervalCounts(
                            endpoint,
                            succeeded - begin.succeeded,
                            failed - begin.failed,
                            unanswered - begin.unanswered);
        }
    }

    /**
     * Ends the interval, and begins the next.
     *
     * @param counters of an endpoint; null: it had no attempt
     * @param alone whether no other backend reads these counters
     * @return the results of the endpoints that are not ejected
     */
    synchronized List<IntervalCounts> next(
            List<Endpoint> endpoints, Function<EndpointHealth, @Nullable EndpointHealth> counters, boolean alone) {
        List<IntervalCounts> results = new ArrayList<>();
        Map<EndpointHealth, Counts> begins = new HashMap<>();
        for (int i = 0; i < endpoints.size(); i++) {
            EndpointHealth endpoint = endpoints.get(i).state();
            EndpointHealth counted = counters.apply(endpoint);
            AttemptResults counts = counted == null ? null : counted.resultsIfAny();
            Counts now = counted == null || counts == null ? Counts.NONE : Counts.of(counts, counted.changedAt());
            if (counted == null || counts == null || now.isNone() || begins.containsKey(endpoint)) {
                continue; // endpoints behind a gateway are one
            }
            if (!counted.isEjected()) {
                results.add(now.since(begun.get(endpoint), endpoint));
            }
            if (alone) {
                counts.startInterval();
            } else {
                begins.put(endpoint, now);
            }
        }
        begun = begins;
        return results;
    }
}
