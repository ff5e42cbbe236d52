package dev.meshclient.internal.source;

import java.util.Collections;
import java.util.SortedSet;

/** The hosts for which calls of a mesh need policy. Thread-safe. */
public interface WantedHosts {
    /** No particular host. */
    WantedHosts NONE = new WantedHosts() {
        @Override
        public SortedSet<String> hosts() {
            return Collections.emptySortedSet();
        }

        @Override
        public void onAsk(Runnable wake) {}
    };

    /** The hosts as in documents, without ports; sorted. A host that no call needs any more is left out. */
    SortedSet<String> hosts();

    /**
     * Runs {@code wake}, on the thread of a call, each time a call needs a host that was not wanted before, or that must be
     * requested again. It must not wait.
     */
    void onAsk(Runnable wake);
}
