package dev.meshclient.policy.json;

import dev.meshclient.policy.HealthCheck;
import java.io.IOException;

/** Reads {@code healthCheck}. */
final class HealthCheckReader {
    private static final ObjectReader<HealthCheck.Builder> HEALTH_CHECK =
            ObjectReader.<HealthCheck.Builder>ignoringOthers()
                    .required("path", "a path such as \"/healthz\"", (in, c) -> c.path(in.text()))
                    .field("interval", (in, c) -> c.interval(in.duration()))
                    .field("timeout", (in, c) -> c.timeout(in.duration()))
                    .field("unhealthyThreshold", (in, c) -> c.unhealthyThreshold(in.integer()))
                    .field("healthyThreshold", (in, c) -> c.healthyThreshold(in.integer()))
                    .field("expectedStatuses", (in, c) -> c.expectedStatuses(in.list(0, JsonCursor::text)))
                    .field("noTrafficInterval", (in, c) -> c.noTrafficInterval(in.duration()));

    private HealthCheckReader() {}

    static HealthCheck read(JsonCursor in) throws IOException {
        return HEALTH_CHECK.read(in, HealthCheck.builder("/")).build();
    }
}
