package dev.meshclient.policy.json;

import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.Service;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Recognizes the services of the last document by the SHA-256 digest of their text. */
final class KnownServices {
    /** @param unknownFields the ignored fields of the service: each document lists them */
    record Text(ByteBuffer digest, Set<String> unknownFields) {}

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
        int end = in.isObject() ? end(begin) : -1;
        if (end < 0) {
            return reader.read(in);
        }
        sha256.update(json, begin, end - begin);
        ByteBuffer digest = ByteBuffer.wrap(sha256.digest());
        Text text = textsBefore.get(name);
        // A service that was refused is not in the document: its problems are reported again.
        Service known = before == null || text == null || !digest.equals(text.digest)
                ? null
                : before.policy().services().get(name);
        if (text != null && known != null) {
            used = true;
            texts.put(name, text);
            in.skip(text.unknownFields);
            return known;
        }
        Set<String> unknown = new LinkedHashSet<>();
        Service service = in.read(reader::read, unknown);
        texts.put(name, new Text(digest, unknown.isEmpty() ? Set.of() : unknown));
        return service;
    }

    /** The end of the object that begins here, which is only used if its text was read before; -1: it has none. */
    private int end(int begin) {
        int depth = 0;
        boolean isText = false;
        for (int i = begin; i < json.length; i++) {
            byte b = json[i];
            if (isText) {
                i += b == '\\' ? 1 : 0;
                isText = b != '"';
            } else if (b == '"') {
                isText = true;
            } else if (b == '{' || b == '[') {
                depth++;
            } else if ((b == '}' || b == ']') && --depth == 0) {
                return i + 1;
            }
        }
        return -1;
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
