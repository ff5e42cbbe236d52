package dev.meshclient;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a call went where it went.
 *
 * @param policy the document that routed the call, as {@code epoch/version}: the one in force, or an older one whose policy of
 *     the service is kept; empty before the first
 * @param service the service that claims the host; empty if none does
 * @param rule the rule that took the request; empty if none did
 * @param backend the backend chosen, {@code service} or {@code service/subset}; empty if none was
 * @param attempts in the order in which they began
 * @param detail a remark, as {@code retry budget exhausted}; empty if there is nothing to say
 */
public record Decision(
        String policy, String service, String rule, String backend, List<Attempt> attempts, String detail) {
    /** Nothing was decided. */
    public static final Decision NONE = new Decision("", "", "", "", List.of(), "");

    /** What a decision is read from; it hangs on the request as it was sent. */
    public interface Source {
        /** What was decided so far. */
        Decision decision();
    }

    /**
     * One attempt.
     *
     * @param number from 1
     * @param endpoint {@code address:port}; empty if none was chosen
     * @param zone where that is; empty if it is not known
     * @param outcome what became of it, in a word; {@code running} while it has no outcome
     * @param status of the response; 0 if there was none
     * @param duration until its outcome was known
     * @param failure what the network said, null if it answered
     */
    public record Attempt(
            int number,
            String endpoint,
            String zone,
            String outcome,
            int status,
            Duration duration,
            @Nullable String failure) {
        @Override
        public String toString() {
            return "#" + number + " " + (endpoint.isEmpty() ? "-" : endpoint) + (zone.isEmpty() ? "" : " in " + zone)
                    + " "
                    + outcome + (status == 0 ? "" : " " + status) + " after " + duration.toMillis() + " ms"
                    + (failure == null ? "" : " (" + failure + ")");
        }
    }

    @Override
    public String toString() {
        return "policy " + (policy.isEmpty() ? "-" : policy) + ", service " + (service.isEmpty() ? "-" : service)
                + ", rule "
                + (rule.isEmpty() ? "-" : rule) + ", backend " + (backend.isEmpty() ? "-" : backend) + ", attempts "
                + attempts + (detail.isEmpty() ? "" : ", " + detail);
    }
}
