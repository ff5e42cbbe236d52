package dev.meshclient.internal.source;

import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.PolicyDocument;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a source needs to go on where an earlier process ended.
 *
 * @param etag to ask the registry by; null: none
 * @param digest of the bytes of the document; empty: it did not come as bytes
 * @param rejection why a part of the document is not in force; null: all of it is
 * @param confirmed when the source last had it
 * @param order of the versions of one of several sources, as {@code VersionOrder.remembered()} has it
 * @param document of one of several sources, which will be combined with newer ones of the others; null: of an only source, whose
 *     policy the snapshot has
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

    /** Of a document that came as these bytes. */
    public static Remembered of(@Nullable String etag, String digest, @Nullable String rejection, Instant confirmed) {
        return new Remembered(etag, digest, rejection, confirmed, List.of(), null);
    }
}
