package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.EjectionDetector;
import dev.meshclient.internal.endpoint.EndpointHealth;
import org.jspecify.annotations.Nullable;

/** Decider: ejects an endpoint after a number of failures in a row. Envoy's three detectors. */
record ConsecutiveFailures(EjectionSettings settings) {
    /** Counts the attempt. @return why to eject the endpoint, or null */
    @Nullable
    EjectionCause after(EndpointHealth endpoint, AttemptHealth effect) {
        return switch (effect) {
            case GOOD -> {
                endpoint.good();
                yield null;
            }
            case BUSY -> {
                endpoint.endRows();
                yield null;
            }
            case SERVER_ERROR -> {
                endpoint.results().noGatewayError();
                yield serverError(endpoint);
            }
            case GATEWAY_ERROR -> {
                int gatewayErrors = endpoint.results().gatewayError();
                EjectionCause cause = serverError(endpoint);
                yield reaches(gatewayErrors, settings.gatewayErrors())
                        ? inARow(EjectionDetector.GATEWAY_ERRORS, gatewayErrors, "gateway error", "")
                        : cause;
            }
            case LOCAL_FAILURE -> {
                int failures = endpoint.results().localFailure();
                yield reaches(failures, settings.localFailures())
                        ? inARow(EjectionDetector.LOCAL_FAILURES, failures, "failure", " without a response")
                        : null;
            }
            case UNPROCESSED, NOTHING -> null;
        };
    }

    private @Nullable EjectionCause serverError(EndpointHealth endpoint) {
        int errors = endpoint.results().serverError();
        return reaches(errors, settings.serverErrors())
                ? inARow(EjectionDetector.SERVER_ERRORS, errors, "server error", "")
                : null;
    }

    private static EjectionCause inARow(EjectionDetector detector, int count, String what, String how) {
        return new EjectionCause(detector, count + " " + what + (count == 1 ? how : "s" + how + " in a row"));
    }

    private static boolean reaches(int count, int threshold) {
        return threshold > 0 && count >= threshold;
    }
}
