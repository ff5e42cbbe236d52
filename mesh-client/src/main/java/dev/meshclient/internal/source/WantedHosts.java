package dev.meshclient.internal.source;

import java.util.Collections;
import java.util.SortedSet;

/** The hosts that calls of a mesh need policy for. Thread-safe. */
public interface WantedHosts {
    /** No host in particular. */
    WantedHosts NONE = new WantedHosts() {
        @Override
        public SortedSet<String> hosts() {
            return Collections.emptySortedSet();
        }

        @Override
        public void onAsk(Runnable wake) {}
    };

    /** As documents spell them, without ports; sorted. A host that no call needs any more is left out. */
    SortedSet<String> hosts();

    /**
     * Runs {@code wake}, on the thread of a call, each time that a call needs a host that was not wanted before, or that is to
     * be looked for again. It must not wait.
     */
    void onAsk(Runnable wake);
}
