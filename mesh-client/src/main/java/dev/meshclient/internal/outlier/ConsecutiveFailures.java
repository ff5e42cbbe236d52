package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.EndpointHealth;
import org.jspecify.annotations.Nullable;

/** Decider: ejects an endpoint after a number of failures in a row. Envoy's three detectors. */
record ConsecutiveFailures(EjectionSettings settings) {
    /** Counts the attempt. @return the reason to eject the endpoint, or null */
    @Nullable
    String after(EndpointHealth endpoint, AttemptHealth effect) {
        return switch (effect) {
            case GOOD -> {
                endpoint.good();
                yield null;
            }
            case SERVER_ERROR -> {
                endpoint.noGatewayError();
                yield serverError(endpoint);
            }
            case GATEWAY_ERROR -> {
                int gatewayErrors = endpoint.gatewayError();
                String why = serverError(endpoint);
                yield reaches(gatewayErrors, settings.gatewayErrors())
                        ? gatewayErrors + " gateway errors in a row"
                        : why;
            }
            case LOCAL_FAILURE -> {
                int failures = endpoint.localFailure();
                yield reaches(failures, settings.localFailures())
                        ? failures + " failures without a response in a row"
                        : null;
            }
            case UNPROCESSED, NOTHING -> null;
        };
    }

    private @Nullable String serverError(EndpointHealth endpoint) {
        int errors = endpoint.serverError();
        return reaches(errors, settings.serverErrors()) ? errors + " server errors in a row" : null;
    }

    private static boolean reaches(int count, int threshold) {
        return threshold > 0 && count >= threshold;
    }
}
