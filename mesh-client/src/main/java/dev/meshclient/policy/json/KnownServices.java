package dev.meshclient.policy.json;

import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.Service;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Recognizes the services of the last document by the length and SHA-256 digest of their text. */
final class KnownServices {
    private static final int SMALL = 65_536; // its digest costs next to nothing

    /** @param unknownFields the ignored fields of the service: each document lists them */
    record Text(int length, ByteBuffer digest, Map<String, String> unknownFields) {}

    private final byte[] json;
    private final @Nullable PolicyDocument before;
    private final Map<String, Text> textsBefore;
    private final Map<String, Text> texts = new HashMap<>();
    private final MessageDigest sha256;
    private boolean used;

    /**
     * @param before the last document; null: there is none
     * @param textsBefore the texts of its services
     */
    KnownServices(byte[] json, @Nullable PolicyDocument before, Map<String, Text> textsBefore) {
        this.json = json;
        this.before = before;
        this.textsBefore = textsBefore;
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The service at the cursor, from the last document if its text is the same. */
    Service read(JsonCursor in, String name, ServiceReader reader) throws IOException {
        int begin = in.offset();
        Text text = textsBefore.get(name);
        // A service that was refused is not in the document: its problems are reported again.
        Service known = before == null ? null : before.policy().services().get(name);
        if (text != null && known != null && isAt(begin, text)) {
            used = true;
            texts.put(name, text);
            in.skipUnchanged();
            in.unknownFields().add(text.unknownFields);
            return known;
        }
        Map<String, String> unknown = new LinkedHashMap<>();
        Service service = in.unknownFields().read(in, reader::read, unknown);
        int length = in.offset() + 1 - begin;
        // A large service that is most of the document has changed whenever the document has.
        if (length <= Math.max(SMALL, json.length / 2)) {
            texts.put(name, new Text(length, digest(begin, length), unknown.isEmpty() ? Map.of() : unknown));
        }
        return service;
    }

    /** Most texts of another length have no brace at this end, and need no digest. */
    private boolean isAt(int begin, Text text) {
        int end = begin + text.length;
        return end <= json.length
                && json[end - 1] == '}'
                && digest(begin, text.length).equals(text.digest);
    }

    private ByteBuffer digest(int begin, int length) {
        sha256.update(json, begin, length);
        return ByteBuffer.wrap(sha256.digest());
    }

    /** Whether a service was taken from the last document. */
    boolean isUsed() {
        return used;
    }

    /** The texts of the services that were read, by name. */
    Map<String, Text> texts() {
        return texts;
    }
}
