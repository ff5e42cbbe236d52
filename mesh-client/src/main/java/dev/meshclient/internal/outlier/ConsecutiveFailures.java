package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.EndpointHealth;
import org.jspecify.annotations.Nullable;

/** Decider: so many failures in a row are enough. Envoy's three detectors. */
record ConsecutiveFailures(EjectionSettings terms) {
    /** Counts the attempt; why the endpoint must go, or null. */
    @Nullable
    String after(EndpointHealth record, AttemptHealth effect) {
        return switch (effect) {
            case GOOD -> {
                record.good();
                yield null;
            }
            case SERVER_ERROR -> {
                record.noGatewayError();
                yield serverError(record);
            }
            case GATEWAY_ERROR -> {
                int gatewayErrors = record.gatewayError();
                String why = serverError(record);
                yield reaches(gatewayErrors, terms.gatewayErrors()) ? gatewayErrors + " gateway errors in a row" : why;
            }
            case LOCAL_FAILURE -> {
                int failures = record.localFailure();
                yield reaches(failures, terms.localFailures())
                        ? failures + " failures without a response in a row"
                        : null;
            }
            case NOTHING -> null;
        };
    }

    private @Nullable String serverError(EndpointHealth record) {
        int errors = record.serverError();
        return reaches(errors, terms.serverErrors()) ? errors + " server errors in a row" : null;
    }

    private static boolean reaches(int count, int threshold) {
        return threshold > 0 && count >= threshold;
    }
}
