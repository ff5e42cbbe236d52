package dev.meshclient.registry;

import dev.meshclient.policy.PolicyCodec;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** The bytes of a source on their way to the sink: the same bytes count once, and a bad document changes nothing. */
final class Intake {
    private final long maxBytes;
    private byte[] seen = {};

    Intake(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Delivers a document that reads well; of any other says what is wrong with it, with {@code origin} in front. */
    void take(byte[] json, String origin, PolicySource.Sink sink) {
        byte[] digest = digest(json);
        if (Arrays.equals(digest, seen)) {
            return;
        }
        seen = digest;
        try {
            sink.deliver(PolicyCodec.read(json, maxBytes));
        } catch (IOException e) {
            sink.failed(new IOException(origin + ": " + e.getMessage(), e));
        } catch (RuntimeException e) {
            sink.failed(new IOException(origin + ": the document reads well and could not be put in force: " + e, e));
        }
    }

    private static byte[] digest(byte[] json) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(json);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
