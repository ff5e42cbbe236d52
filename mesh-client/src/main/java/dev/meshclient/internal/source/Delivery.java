package dev.meshclient.internal.source;

import dev.meshclient.policy.PolicyDocument;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A document with the facts that its source adds.
 *
 * @param live whether the source has all of it now; false: a part of it is from before a restart
 * @param confirmed when the source last confirmed the part that was confirmed longest ago; null: the source holds the document in
 *     this process, so it is confirmed until the source reports a failure
 * @param memory what the source needs after a restart
 * @param failing of several sources, why one has no newer document while another delivered; null: none fails
 */
public record Delivery(
        PolicyDocument document,
        boolean live,
        @Nullable Instant confirmed,
        Map<String, Remembered> memory,
        @Nullable IOException failing) {
    /** Of a source that has the document now. */
    public static Delivery live(PolicyDocument document, Instant now, Map<String, Remembered> memory) {
        return new Delivery(document, true, now, memory, null);
    }

    /** Of a source that holds the document in this process. */
    public static Delivery held(PolicyDocument document) {
        return new Delivery(document, true, null, Map.of(), null);
    }

    /** When it was confirmed, seen at this time. */
    public Instant confirmedBy(Instant now) {
        return confirmed == null ? now : confirmed;
    }
}
