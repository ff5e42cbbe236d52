package dev.meshclient.registry;

import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The bytes of a source on their way to the sink: the same bytes count once, and a bad document changes nothing. */
final class Intake {
    private final long maxBytes;
    private final InstantSource wall;
    private byte[] seen = {};
    private @Nullable String rejection;
    private boolean inForce;

    /** @param inForce what an earlier process took and is in force; null = nothing */
    Intake(long maxBytes, InstantSource wall, @Nullable Snapshot inForce) {
        this.maxBytes = maxBytes;
        this.wall = wall;
        if (inForce != null) {
            seen = Sha256.of(inForce.json());
            rejection = inForce.rejection();
            this.inForce = true;
        }
    }

    /**
     * Delivers a document that reads well; of any other says what is wrong with it, with {@code origin} in front. If this
     * throws, it is as if these bytes had never come: they are taken when they come again.
     *
     * @param etag to be kept with it; null = none
     * @return whether these bytes are others than the last
     */
    boolean take(byte[] json, @Nullable String etag, String origin, PolicySource.Sink sink) {
        return take(json, etag, origin, sink, document -> false);
    }

    /**
     * As above.
     *
     * @param aside which document is put aside, since a better one is to be had: it is as if its bytes had never come
     */
    boolean take(
            byte[] json,
            @Nullable String etag,
            String origin,
            PolicySource.Sink sink,
            Predicate<PolicyDocument> aside) {
        byte[] digest = Sha256.of(json);
        if (Arrays.equals(digest, seen)) {
            if (inForce) {
                sink.confirmed();
            }
            return false;
        }
        byte[] seenBefore = seen;
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
            sink.deliver(document, Provenance.live(wall.instant(), new Provenance.Raw(json, etag)));
            rejection = told(document);
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
                seen = new byte[0];
            }
        }
        return true;
    }

    /** A document of which a part is refused is in force for the rest; null: there is no such part. */
    static @Nullable String told(PolicyDocument document) {
        return document.refused().isEmpty()
                ? null
                : document.refused().values().stream()
                        .flatMap(s -> s.problems().stream())
                        .limit(10)
                        .map(PolicyProblem::toString)
                        .collect(Collectors.joining("; "));
    }

    /** Whether what is good of the last document is in force. */
    boolean isInForce() {
        return inForce;
    }

    /** Why the last document, or a part of it, is not in force; null: it is. */
    @Nullable
    String rejection() {
        return rejection;
    }
}
