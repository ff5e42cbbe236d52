package dev.meshclient.policy.json;

import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the documents of one source, one after another, each as {@link PolicyCodec#read(byte[], long)} does. A service whose
 * text has not changed is taken from the last document, so that a small change of a large document is read, and put in force,
 * at little cost. For one thread at a time.
 */
public final class PolicyReader {
    private final long maxBytes;
    private @Nullable PolicyDocument last;
    private Map<String, KnownServices.Text> texts = Map.of();

    /** @param maxBytes the size above which a document is refused */
    public PolicyReader(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Reads the next document. */
    public PolicyDocument read(byte[] json) throws PolicyException {
        Objects.requireNonNull(json, "json must not be null: pass the bytes of a document");
        PolicyDocument before = last;
        KnownServices known = new KnownServices(json, before, texts);
        PolicyDocument document = null;
        try {
            document = PolicyCodec.read(json, maxBytes, false, known);
        } catch (PolicyException e) {
            if (!known.isUsed()) {
                throw e;
            }
        }
        // The head completes accounts and token providers of services: under another head all are read again.
        if (document == null
                || (before != null && known.isUsed() && !haveSameHead(before.policy(), document.policy()))) {
            known = new KnownServices(json, null, Map.of());
            document = PolicyCodec.read(json, maxBytes, false, known);
        }
        document = before == null ? document : document.sharing(before);
        last = document;
        texts = known.texts();
        return document;
    }

    private static boolean haveSameHead(MeshPolicy one, MeshPolicy other) {
        return Objects.equals(one.trustDomain(), other.trustDomain())
                && one.defaults().equals(other.defaults())
                && one.jwtProviders().equals(other.jwtProviders());
    }
}
