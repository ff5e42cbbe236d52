package dev.meshclient.internal.call;

import dev.meshclient.Decision;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The decision of a call at one time. */
public record CallDecision(
        String policy,
        String service,
        String rule,
        String backend,
        List<Attempt> attempts,
        String detail,
        String reason,
        List<String> shadow)
        implements Decision {
    /**
     * The decision of a call so far.
     *
     * @param ofRunning the outcome, in a word, of attempts that have none
     * @param refused has none either, but is refused; null: no attempt is
     */
    static Decision of(Call call, String ofRunning, dev.meshclient.internal.call.@Nullable Attempt refused) {
        List<Attempt> made = new ArrayList<>();
        for (var attempt = call.latest(); attempt != null; attempt = attempt.previous()) {
            made.add(Made.of(attempt, attempt == refused ? Outcome.REFUSED.word() : ofRunning));
        }
        Collections.reverse(made);
        return new CallDecision(
                call.policy(),
                call.service(),
                call.rule(),
                call.backend(),
                List.copyOf(made),
                call.remark(),
                call.reason(),
                call.shadow());
    }

    /** Without a failure. */
    public CallDecision(
            String policy, String service, String rule, String backend, List<Attempt> attempts, String detail) {
        this(policy, service, rule, backend, attempts, detail, "", List.of());
    }

    /** The same decision in a failure with these letters. The attempt that the failure ends has its letters. */
    public static Decision failed(Decision decision, String reason) {
        return decision instanceof CallDecision of ? of.kept(reason) : decision;
    }

    /** The same decision for an exception, which may be kept for long. */
    static Decision kept(Decision decision) {
        return decision instanceof CallDecision of ? of.kept(of.reason) : decision;
    }

    /** With this reason; an attempt that the mesh ended gets it too. */
    private CallDecision kept(String letters) {
        List<Attempt> texts = attempts.stream()
                .map(attempt -> attempt instanceof Made of ? of.kept(letters) : attempt)
                .toList();
        return new CallDecision(policy, service, rule, backend, texts, detail, letters, shadow);
    }

    @Override
    public String toString() {
        return named("policy", policy) + ", " + named("service", service) + ", " + named("rule", rule) + ", "
                + named("backend", backend) + ", " + (attempts.isEmpty() ? "no attempts" : "attempts " + attempts)
                + (reason.isEmpty() ? "" : ", reason " + reason)
                + (detail.isEmpty() ? "" : ", " + detail)
                + (shadow.isEmpty() ? "" : ", shadow " + shadow);
    }

    private static String named(String what, String name) {
        return name.isEmpty() ? "no " + what : what + " " + name;
    }

    /**
     * One of its attempts.
     *
     * @param why the texts that are made when asked for
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
            Why why)
            implements Attempt {
        /** Why the endpoint was chosen, and why the attempt was made again. */
        interface Why {
            String pick();

            String retry();
        }

        static Made of(dev.meshclient.internal.call.Attempt attempt, String ofRunning) {
            Result result = attempt.result();
            IOException failure = attempt.failure() == null ? attempt.bodyFailure() : attempt.failure();
            return new Made(
                    attempt.number(),
                    attempt.endpointName(),
                    attempt.zone(),
                    result == null ? ofRunning : attempt.outcomeName(),
                    result == null ? 0 : result.status(),
                    Duration.ofNanos(attempt.elapsedNanos()),
                    failure instanceof Superseded ? failure.getMessage() : failure == null ? null : failure.toString(),
                    attempt.reason(),
                    new Why() {
                        @Override
                        public String pick() {
                            return attempt.pickReason();
                        }

                        @Override
                        public String retry() {
                            return attempt.retryReason();
                        }
                    });
        }

        private record Texts(String pick, String retry) implements Why {}

        /** Outcomes by the mesh's own exception: an attempt has them before there is the exception. */
        private static final Set<String> OURS = Set.of(Outcome.REFUSED.word(), Outcome.DEADLINE.word());

        @Override
        public String pick() {
            return why.pick();
        }

        @Override
        public String retry() {
            return why.retry();
        }

        /**
         * With its texts: it does not refer to the call, whose request may be large.
         *
         * @param letters its reason if the mesh ended it and it has none
         */
        Made kept(String letters) {
            String own = reason.isEmpty() && OURS.contains(outcome) ? letters : reason;
            return new Made(
                    number, endpoint, zone, outcome, status, duration, failure, own, new Texts(pick(), retry()));
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
