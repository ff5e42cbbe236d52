package dev.meshclient.internal.call;

import dev.meshclient.Decision;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The decision of a call at one time. */
public record CallDecision(
        String policy, String service, String rule, String backend, List<Attempt> attempts, String detail)
        implements Decision {
    @Override
    public String toString() {
        return named("policy", policy) + ", " + named("service", service) + ", " + named("rule", rule) + ", "
                + named("backend", backend) + ", " + (attempts.isEmpty() ? "no attempts" : "attempts " + attempts)
                + (detail.isEmpty() ? "" : ", " + detail);
    }

    private static String named(String what, String name) {
        return name.isEmpty() ? "no " + what : what + " " + name;
    }

    /** One of its attempts. */
    record Made(
            int number,
            String endpoint,
            String zone,
            String outcome,
            int status,
            Duration duration,
            @Nullable String failure)
            implements Attempt {
        @Override
        public String toString() {
            return "#" + number + (endpoint.isEmpty() ? "" : " " + endpoint) + (zone.isEmpty() ? "" : " in " + zone)
                    + " "
                    + outcome + (status == 0 ? "" : " " + status) + " after " + duration.toMillis() + " ms"
                    + (failure == null ? "" : " (" + failure + ")");
        }
    }
}
