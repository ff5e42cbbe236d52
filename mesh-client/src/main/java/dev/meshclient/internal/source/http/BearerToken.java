package dev.meshclient.internal.source.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The token in a file that another process rotates. */
final class BearerToken {
    private static final int MAX_BYTES = 64 << 10;

    private BearerToken() {}

    /** The current content of the file without surrounding white space. Messages and causes never show it. */
    static String read(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw refused(file, "cannot be read (" + e.getClass().getSimpleName() + ")", e);
        }
        String token = new String(bytes, StandardCharsets.UTF_8).strip();
        if (token.isEmpty()) {
            throw refused(file, "is empty", null);
        }
        if (bytes.length > MAX_BYTES || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw refused(file, "does not hold a token (one word of visible ASCII, at most 64 KiB)", null);
        }
        return token;
    }

    private static FetchFailed refused(Path file, String why, @Nullable IOException cause) {
        return FetchFailed.unanswered("no request was made, the bearer token file " + file + " " + why, cause);
    }
}
