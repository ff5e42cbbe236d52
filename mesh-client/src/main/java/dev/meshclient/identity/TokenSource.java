package dev.meshclient.identity;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The source of a token that is sent with calls. A mesh caches the token: it calls the source again 60 s before a JWT expires,
 * and every 10 s for other tokens; while the source fails it uses the last token until that expires. The source may block; the
 * mesh calls it on a thread of its own, once at a time. Calls wait for it only if they have no token.
 */
@FunctionalInterface
public interface TokenSource {
    /**
     * The token: one word of visible ASCII.
     *
     * @throws IOException if there is no token now
     */
    String token() throws IOException;

    /**
     * The token in a file that another process rotates, as Kubernetes does for service accounts. A change takes effect within
     * 10 s.
     */
    static TokenSource file(Path file) {
        Objects.requireNonNull(file, "file must not be null: pass the path of the token");
        return new FileToken(file);
    }

    /** A token from a supplier. An exception of the supplier, and null, count as no token. */
    static TokenSource supplier(Supplier<String> supplier) {
        Objects.requireNonNull(supplier, "supplier must not be null: pass what supplies the token");
        return () -> {
            try {
                return supplier.get();
            } catch (RuntimeException e) {
                throw new IOException("its supplier failed: " + e, e);
            }
        };
    }
}
