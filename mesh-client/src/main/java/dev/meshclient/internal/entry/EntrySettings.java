package dev.meshclient.internal.entry;

import java.time.Duration;
import java.util.List;

/**
 * The settings of the builder about the hosts of a mesh.
 *
 * @param claimed hosts that belong to the mesh whatever the policy states
 * @param registryOnly true = all other hosts are refused, whatever the policy states
 * @param initialFetchTimeout how long the first calls wait for the first policy; 0 = they do not wait
 */
public record EntrySettings(List<String> claimed, boolean registryOnly, Duration initialFetchTimeout) {
    /** No host is claimed, no other host is refused, and no call waits. */
    public static final EntrySettings NONE = new EntrySettings(List.of(), false, Duration.ZERO);

    public EntrySettings {
        claimed = List.copyOf(claimed);
    }
}
