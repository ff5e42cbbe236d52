package dev.meshclient.registry;

import dev.meshclient.policy.PolicyCodec;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The bytes of a source on their way to the sink: the same bytes count once, and a bad document changes nothing. */
final class Intake {
    private final long maxBytes;
    private byte[] seen = {};
    private @Nullable String rejection;

    Intake(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Delivers a document that reads well; of any other says what is wrong with it, with {@code origin} in front.
     *
     * @return whether these bytes are others than the last
     */
    boolean take(byte[] json, String origin, PolicySource.Sink sink) {
        byte[] digest = digest(json);
        if (Arrays.equals(digest, seen)) {
            return false;
        }
        seen = digest;
        try {
            sink.deliver(PolicyCodec.read(json, maxBytes));
            rejection = null;
        } catch (IOException e) {
            rejection = String.valueOf(e.getMessage());
            sink.failed(new IOException(origin + ": " + rejection + "\n  it is read again when it changes", e));
        } catch (RuntimeException e) {
            rejection = "the document reads well and could not be put in force: " + e;
            sink.failed(new IOException(origin + ": " + rejection, e));
        }
        return true;
    }

    /** Why the last document is not in force; null: it is. */
    @Nullable
    String rejection() {
        return rejection;
    }

    private static byte[] digest(byte[] json) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(json);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
