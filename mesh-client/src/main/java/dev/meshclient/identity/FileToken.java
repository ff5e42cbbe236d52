package dev.meshclient.identity;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The token in a file, read each time. Messages and causes never show any of its content. */
record FileToken(Path file) implements TokenSource {
    private static final int MAX_BYTES = 64 << 10;

    @Override
    public String token() throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw new IOException(
                    "the token file " + file + " cannot be read ("
                            + e.getClass().getSimpleName() + ")",
                    e);
        }
        if (bytes.length > MAX_BYTES) {
            throw new IOException("the token file " + file + " has more than 64 KiB");
        }
        String token = new String(bytes, StandardCharsets.UTF_8).strip();
        if (token.isEmpty()) {
            throw new IOException("the token file " + file + " is empty");
        }
        return token;
    }

    @Override
    public String toString() {
        return "token file " + file;
    }
}
