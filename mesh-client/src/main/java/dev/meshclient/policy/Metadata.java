package dev.meshclient.policy;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which document this is.
 *
 * @param mesh the name of the mesh
 * @param epoch versions are compared within one epoch only; null counts as an epoch of its own
 * @param version must not fall within an epoch; null if the document states none
 * @param generated when the document was made
 * @param ttl how long a copy of it may be trusted after a restart
 * @param scope what it speaks of; null: the whole mesh
 */
public record Metadata(
        String mesh,
        @Nullable String epoch,
        @Nullable Long version,
        @Nullable Instant generated,
        @Nullable Duration ttl,
        @Nullable Scope scope) {
    /** {@code epoch/version}, with {@code -} for what is not stated; the epoch alone where there is no version. */
    public String revision() {
        if (version == null && epoch != null) {
            return epoch;
        }
        return (epoch == null ? "-" : epoch) + "/" + (version == null ? "-" : version);
    }
}
