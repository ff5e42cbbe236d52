package dev.meshclient.internal.source;

import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The bytes of a source on their way to the sink: the same bytes count once, and a bad document changes nothing. */
public final class DocumentIntake {
    private final long maxBytes;
    private final InstantSource wall;
    private String seen = ""; // the digest
    private @Nullable String rejection;
    private boolean inForce;

    /** @param left by an earlier process, and in force; null = nothing */
    public DocumentIntake(long maxBytes, InstantSource wall, @Nullable Remembered left) {
        this.maxBytes = maxBytes;
        this.wall = wall;
        if (left != null) {
            seen = left.digest();
            rejection = left.rejection();
            inForce = true;
        }
    }

    /**
     * Delivers a document that reads well; of any other says what is wrong with it, with {@code origin} in front. If this
     * throws, it is as if these bytes had never come: they are taken when they come again.
     *
     * @param etag to be kept with it; null = none
     * @return whether these bytes are others than the last
     */
    public boolean take(byte[] json, @Nullable String etag, String origin, DocumentSink sink) {
        return take(json, etag, origin, sink, document -> false);
    }

    /**
     * As above.
     *
     * @param aside which document is put aside, since a better one is to be had: it is as if its bytes had never come
     */
    public boolean take(
            byte[] json, @Nullable String etag, String origin, DocumentSink sink, Predicate<PolicyDocument> aside) {
        String digest = Sha256.hex(json);
        if (digest.equals(seen)) {
            if (inForce) {
                sink.confirmed();
            }
            return false;
        }
        String seenBefore = seen;
        boolean inForceBefore = inForce;
        seen = digest;
        inForce = false;
        boolean settled = false;
        try {
            PolicyDocument document = PolicyCodec.read(json, maxBytes);
            if (aside.test(document)) {
                seen = seenBefore;
                inForce = inForceBefore;
                settled = true;
                return false;
            }
            Instant now = wall.instant();
            String refused = rejection(document);
            sink.deliver(Delivery.live(document, now, Map.of("", Remembered.of(etag, digest, refused, now))));
            rejection = refused;
            inForce = true;
            settled = true;
        } catch (IOException e) {
            rejection = String.valueOf(e.getMessage());
            sink.failed(new IOException(origin + ": " + rejection + "\n  it is read again when it changes", e));
            settled = true;
        } catch (RuntimeException e) {
            rejection = "the document reads well and could not be put in force: " + e;
            sink.failed(new IOException(origin + ": " + rejection, e));
            settled = true;
        } finally {
            if (!settled) {
                seen = "";
            }
        }
        return true;
    }

    /** A document of which a part is refused is in force for the rest; null: there is no such part. */
    private static @Nullable String rejection(PolicyDocument document) {
        return document.refused().isEmpty()
                ? null
                : document.refused().values().stream()
                        .flatMap(s -> s.problems().stream())
                        .limit(10)
                        .map(PolicyProblem::toString)
                        .collect(Collectors.joining("; "));
    }

    /** Whether what is good of the last document is in force. */
    public boolean isInForce() {
        return inForce;
    }

    /** Why the last document, or a part of it, is not in force; null: it is. */
    public @Nullable String rejection() {
        return rejection;
    }
}
