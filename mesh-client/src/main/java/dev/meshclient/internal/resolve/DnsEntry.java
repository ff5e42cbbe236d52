package dev.meshclient.internal.resolve;

import dev.meshclient.internal.time.Time;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A name and what was last said about it. */
final class DnsEntry {
    final String text;
    private volatile Answer answer = new Answer(List.of(), 0, "", 0);
    private volatile boolean answered;
    private Time.@Nullable Timer timer; // guarded by DnsCache

    /**
     * What is known.
     *
     * @param addresses the last that there were, sorted; empty: never any
     * @param failures since then, in a row
     * @param failure the last of them, for people
     * @param nextAt when it is looked up again
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
        timer = next;
    }

    /** Whether nobody has looked it up yet, or not told it. */
    boolean isFirstPending() {
        return !answered;
    }

    /** Whoever has endpoints by this name knows what was found: it is not worth waiting for. */
    void told() {
        answered = true;
    }

    void stop() {
        if (timer != null) {
            timer.cancel();
        }
    }

    /** Why there is no address, for people. */
    String problem(long now) {
        Answer last = answer;
        if (isFirstPending() || last.failures == 0) {
            return "'" + text + (isFirstPending() ? "' is still being looked up" : "' has just been found: call again");
        }
        return "'" + text + "' cannot be resolved: " + last.failure + " (" + last.failures + " tries, next in "
                + (Math.max(0, last.nextAt - now) + 999_999_999) / 1_000_000_000 + " s)";
    }
}
