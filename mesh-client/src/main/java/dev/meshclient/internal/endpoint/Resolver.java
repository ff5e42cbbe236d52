package dev.meshclient.internal.endpoint;

import java.io.IOException;
import java.util.List;

/** Resolves names to addresses. It may block as long as it likes: it runs on a thread of its own. */
@FunctionalInterface
public interface Resolver {
    /**
     * The addresses as text, in any order; an empty list counts as a failure.
     *
     * @throws IOException the lookup failed; its message is logged
     */
    List<String> addresses(String name) throws IOException;

    /** Whether this is an address that needs no lookup. A host that ends in a number is not a name. */
    static boolean isAddress(String host) {
        int i = 0;
        while (i < host.length() && (host.charAt(i) == '.' || Character.isDigit(host.charAt(i)))) {
            i++;
        }
        return i == host.length() || host.indexOf(':') >= 0;
    }
}
