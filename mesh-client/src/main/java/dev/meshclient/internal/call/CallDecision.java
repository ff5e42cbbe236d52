package dev.meshclient.internal.call;

import dev.meshclient.Decision;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The decision of a call at one time. */
public record CallDecision(
        String policy,
        String service,
        String rule,
        String backend,
        List<Attempt> attempts,
        String detail,
        String reason)
        implements Decision {
    /** Without a failure. */
    public CallDecision(
            String policy, String service, String rule, String backend, List<Attempt> attempts, String detail) {
        this(policy, service, rule, backend, attempts, detail, "");
    }

    /** The same decision in a failure with these letters. */
    public static Decision failed(Decision decision, String reason) {
        return decision instanceof CallDecision of
                ? new CallDecision(of.policy, of.service, of.rule, of.backend, of.attempts, of.detail, reason)
                : decision;
    }

    @Override
    public String toString() {
        return named("policy", policy) + ", " + named("service", service) + ", " + named("rule", rule) + ", "
                + named("backend", backend) + ", " + (attempts.isEmpty() ? "no attempts" : "attempts " + attempts)
                + (reason.isEmpty() ? "" : ", reason " + reason)
                + (detail.isEmpty() ? "" : ", " + detail);
    }

    private static String named(String what, String name) {
        return name.isEmpty() ? "no " + what : what + " " + name;
    }

    /**
     * One of its attempts.
     *
     * @param made the attempt, for texts that are made when asked for
     */
    record Made(
            int number,
            String endpoint,
            String zone,
            String outcome,
            int status,
            Duration duration,
            @Nullable String failure,
            String reason,
            dev.meshclient.internal.call.Attempt made)
            implements Attempt {
        @Override
        public String pick() {
            return made.pickReason();
        }

        @Override
        public String retry() {
            return made.retryReason();
        }

        @Override
        public String toString() {
            return "#" + number + (endpoint.isEmpty() ? "" : " " + endpoint) + (zone.isEmpty() ? "" : " in " + zone)
                    + " "
                    + outcome + (status == 0 ? "" : " " + status) + " after " + duration.toMillis() + " ms"
                    + (failure == null ? "" : " (" + failure + ")")
                    + named("pick", pick()) + named("retry", retry());
        }

        private static String named(String what, String text) {
            return text.isEmpty() ? "" : "; " + what + ": " + text;
        }
    }
}
