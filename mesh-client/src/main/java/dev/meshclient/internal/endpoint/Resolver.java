package dev.meshclient.internal.endpoint;

import java.io.IOException;
import java.util.List;

/** Finds the addresses of a name. It may wait as long as it likes: it is asked on a thread of its own. */
@FunctionalInterface
public interface Resolver {
    /**
     * The addresses, as text, in any order; none is as good as a failure.
     *
     * @throws IOException why there is no answer
     */
    List<String> addresses(String name) throws IOException;

    /** Whether this is an address already: nothing to look up. What ends in a number is no name. */
    static boolean isAddress(String host) {
        return host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || Character.isDigit(c));
    }
}
