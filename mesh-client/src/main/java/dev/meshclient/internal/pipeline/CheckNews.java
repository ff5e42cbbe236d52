package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.endpoint.CheckResult;
import dev.meshclient.internal.endpoint.EjectionDetector;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.healthcheck.CheckRules;
import dev.meshclient.internal.outlier.Ejections;

/** Passes the results of the health checks of a backend to its ejections, and to its observers. */
record CheckNews(Telemetry telemetry, Ejections ejections) implements CheckRules.Watcher {
    @Override
    public void checked(String service, CheckResult result) {
        telemetry.meters().checked(service, result);
    }

    @Override
    public void unhealthy(String service, String endpoint, String why) {
        telemetry.ejected(service, endpoint, EjectionDetector.HEALTH_CHECK, why);
    }

    @Override
    public void healthy(String service, String endpoint, String why) {
        telemetry.returned(service, endpoint, why);
    }

    @Override
    public void passed(EndpointHealth endpoint, String why, long now) {
        ejections.passedChecks(endpoint, why, now);
    }
}
