package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.EjectionDetector;
import dev.meshclient.internal.endpoint.EndpointHealth;

/** The results of an endpoint in an interval, of one origin. */
record IntervalResult(EndpointHealth endpoint, Origin origin, int succeeded, int failed) {
    /** Where the failures come from; each origin is counted on its own, as with Envoy's split_external_local_origin_errors. */
    enum Origin {
        /** Responses; the server errors among them are failures. */
        ENDPOINT(EjectionDetector.SUCCESS_RATE, EjectionDetector.FAILURE_PERCENTAGE) {
            @Override
            IntervalResult of(IntervalCounts counts) {
                return new IntervalResult(counts.endpoint(), this, counts.succeeded(), counts.failed());
            }
        },
        /** Attempts; those without a response are failures. */
        LOCAL(EjectionDetector.LOCAL_ORIGIN_SUCCESS_RATE, EjectionDetector.LOCAL_ORIGIN_FAILURE_PERCENTAGE) {
            @Override
            IntervalResult of(IntervalCounts counts) {
                return new IntervalResult(
                        counts.endpoint(), this, counts.succeeded() + counts.failed(), counts.unanswered());
            }
        };

        final EjectionDetector rate;
        final EjectionDetector percentage;

        Origin(EjectionDetector rate, EjectionDetector percentage) {
            this.rate = rate;
            this.percentage = percentage;
        }

        abstract IntervalResult of(IntervalCounts counts);
    }

    long volume() {
        return (long) succeeded + failed;
    }

    double successPercent() {
        return 100.0 * succeeded / volume();
    }

    double failurePercent() {
        return 100.0 * failed / volume();
    }

    /** For people: {@code 120 responses}. */
    String ofWhat() {
        return volume() + (origin == Origin.ENDPOINT ? " responses" : " attempts");
    }
}
