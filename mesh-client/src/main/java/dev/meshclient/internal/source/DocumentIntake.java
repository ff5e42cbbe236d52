package dev.meshclient.internal.source;

import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.json.PolicyReader;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Passes the bytes of a source to the sink: the same bytes are passed once, and a bad document changes nothing. */
public final class DocumentIntake {
    private final PolicyReader reader;
    private final InstantSource wall;
    private String seen = ""; // the digest
    private @Nullable String rejection;
    private boolean inForce;

    /** @param left the bytes' digest that an earlier process left and that is in force; null = none */
    public DocumentIntake(long maxBytes, InstantSource wall, @Nullable Remembered left) {
        this.reader = new PolicyReader(maxBytes);
        this.wall = wall;
        if (left != null) {
            seen = left.digest();
            rejection = left.rejection();
            inForce = true;
        }
    }

    /**
     * Delivers a valid document; reports the problems of any other, prefixed with {@code origin}. If this throws, nothing is
     * remembered: the same bytes are accepted again.
     *
     * @param etag stored with the document; null = none
     * @return whether these bytes differ from the last
     */
    public boolean take(byte[] json, @Nullable String etag, String origin, DocumentSink sink) {
        return take(json, etag, origin, sink, document -> false);
    }

    /**
     * As above.
     *
     * @param aside selects documents to put aside because a better one is available: they are not remembered
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
            PolicyDocument document = reader.read(json);
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

    /** The problems of the refused parts; the rest of the document is in force; null: no part is refused. */
    private static @Nullable String rejection(PolicyDocument document) {
        return document.refused().isEmpty()
                ? null
                : document.refused().values().stream()
                        .flatMap(s -> s.problems().stream())
                        .limit(10)
                        .map(PolicyProblem::toString)
                        .collect(Collectors.joining("; "));
    }

    /** Whether the valid part of the last document is in force. */
    public boolean isInForce() {
        return inForce;
    }

    /** Why the last document, or a part of it, is not in force; null: all of it is. */
    public @Nullable String rejection() {
        return rejection;
    }
}
