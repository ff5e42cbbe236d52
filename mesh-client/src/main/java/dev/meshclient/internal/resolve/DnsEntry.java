package dev.meshclient.internal.resolve;

import dev.meshclient.internal.time.Time;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A name and the result of its last lookup. */
final class DnsEntry {
    final String text;
    private volatile Answer answer = new Answer(List.of(), 0, "", 0);
    private volatile boolean answered;
    private Time.@Nullable Timer timer; // guarded by DnsCache

    /**
     * The known addresses and failures.
     *
     * @param addresses the last addresses, sorted; empty: never any
     * @param failures failures in a row since then
     * @param failure the last failure, for messages
     * @param nextAt the time of the next lookup
     */
    record Answer(List<String> addresses, int failures, String failure, long nextAt) {}

    DnsEntry(String text) {
        this.text = text;
    }

    Answer answer() {
        return answer;
    }

    void answer(Answer fresh, Time.Timer next) {
        answer = fresh;
        next(next);
    }

    void next(Time.Timer lookup) {
        timer = lookup;
    }

    /** Whether the first lookup, or the update of the endpoint lists with its answer, is pending. */
    boolean isFirstPending() {
        return !answered;
    }

    /** The endpoint lists have the answer: calls need not wait for the first lookup any more. */
    void listsUpdated() {
        answered = true;
    }

    void stop() {
        if (timer != null) {
            timer.cancel();
        }
    }

    /** Why there is no address, for messages. */
    String problem(long now) {
        Answer last = answer;
        if (isFirstPending() || last.failures == 0) {
            return "'" + text + (isFirstPending() ? "' is still being looked up" : "' has just been found: call again");
        }
        return "'" + text + "' cannot be resolved: " + last.failure + " (" + last.failures + " tries, next in "
                + (Math.max(0, last.nextAt - now) + 999_999_999) / 1_000_000_000 + " s)";
    }
}
