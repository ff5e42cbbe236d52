package dev.meshclient.internal.source;

import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.PolicyDocument;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a source needs to continue after a restart.
 *
 * @param etag the ETag for the next request to the registry; null: none
 * @param digest the digest of the document's bytes; empty: it did not arrive as bytes
 * @param rejection why a part of the document is not in force; null: all of it is
 * @param confirmed when the source last confirmed it
 * @param order of one of several sources, its order of versions, see {@code VersionOrder.remembered()}
 * @param document of one of several sources, to be combined with newer documents of the others; null: of a single source, whose
 *     policy is in the snapshot
 */
public record Remembered(
        @Nullable String etag,
        String digest,
        @Nullable String rejection,
        Instant confirmed,
        List<Metadata> order,
        @Nullable PolicyDocument document) {
    public Remembered {
        order = List.copyOf(order);
    }

    /** Of a document that arrived as these bytes. */
    public static Remembered of(@Nullable String etag, String digest, @Nullable String rejection, Instant confirmed) {
        return new Remembered(etag, digest, rejection, confirmed, List.of(), null);
    }
}
