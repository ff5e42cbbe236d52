package dev.meshclient.identity;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Where a token comes from that is sent along with calls. A mesh keeps what it got: it asks again 60 s before a JWT expires, and
 * for other tokens every 10 s, and goes on with the last one while it is not expired and a newer cannot be had. It may block, and is
 * asked on a thread of the mesh, one at a time; calls wait for it only if they have no token to go on with.
 */
@FunctionalInterface
public interface TokenSource {
    /**
     * One word of visible ASCII.
     *
     * @throws IOException if there is none now
     */
    String token() throws IOException;

    /** The token in a file that others rotate, as Kubernetes does for service accounts. A change is seen within 10 s. */
    static TokenSource file(Path file) {
        return new FileToken(file);
    }

    /** A token from elsewhere. What the supplier throws, and null, count as none. */
    static TokenSource supplier(Supplier<String> supplier) {
        return () -> {
            try {
                return supplier.get();
            } catch (RuntimeException e) {
                throw new IOException("its supplier failed: " + e, e);
            }
        };
    }
}
