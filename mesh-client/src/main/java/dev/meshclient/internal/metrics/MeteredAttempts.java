package dev.meshclient.internal.metrics;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.endpoint.Distance;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.policy.Locality;
import java.io.IOException;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Counts the attempts at a backend.
 *
 * @param conventions the same by OpenTelemetry's name; null: not asked for
 */
record MeteredAttempts(AttemptSeries series, @Nullable ConventionSeries conventions, Locality own, AttemptLayer next)
        implements AttemptLayer {
    @Override
    public Response call(Attempt attempt) throws IOException {
        try {
            return next.call(attempt);
        } finally {
            Endpoint to = attempt.endpoint();
            series.ended(attempt, to == null ? Distance.UNKNOWN : Distance.between(own, to.locality()));
            if (conventions != null) {
                conventions.ended(attempt);
            }
        }
    }

    @Override
    public String toString() {
        return "attempt metrics";
    }
}
