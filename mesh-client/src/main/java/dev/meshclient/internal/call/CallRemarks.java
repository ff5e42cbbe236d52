package dev.meshclient.internal.call;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the decision of a call states beside its attempts. Most calls have none. */
final class CallRemarks {
    /** A call may have many attempts. */
    private static final int MAX_SHADOW = 16;

    private volatile @Nullable String note;
    private volatile @Nullable String waitFor; // null: the call does not wait
    private long waitSince; // written before what it waits for
    private volatile List<String> shadow = List.of(); // written under the lock

    void note(String remark) {
        note = remark;
    }

    void beginWait(String what, long now) {
        waitSince = now;
        waitFor = what;
    }

    /** The wait stays as a note. */
    void endWait(long now) {
        note = waiting(now);
        waitFor = null;
    }

    /** What the call waits for, and for how long it has; null: it does not wait. */
    @Nullable
    String waiting(long now) {
        String what = waitFor;
        return what == null ? null : "waited " + (now - waitSince) / 1_000_000 + " ms for " + what;
    }

    /** The wait that lasts, or the last note; empty: there is none. */
    String text(long now) {
        String wait = waiting(now);
        String last = note;
        return wait != null ? wait : last == null ? "" : last;
    }

    /** Adds what a shadow section would have done; the first ones are kept. */
    synchronized void shadow(String words) {
        if (shadow.size() < MAX_SHADOW) {
            List<String> more = new ArrayList<>(shadow);
            more.add(words);
            shadow = List.copyOf(more);
        }
    }

    List<String> shadow() {
        return shadow;
    }
}
