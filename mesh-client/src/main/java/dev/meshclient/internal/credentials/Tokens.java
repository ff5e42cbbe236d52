package dev.meshclient.internal.credentials;

import dev.meshclient.identity.TokenSource;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** The tokens of this process, by the names that the policy uses. */
public final class Tokens {
    private final Map<String, KeptToken> tokens = new HashMap<>();

    public Tokens(Time time, Map<String, TokenSource> sources) {
        sources.forEach((name, source) -> tokens.put(name, new KeptToken(time, source)));
    }

    /** A token that has not expired. The attempt waits if there is none yet; cancellation ends the wait with its cause. */
    String token(String name, Attempt attempt) throws IOException {
        KeptToken token = tokens.get(name);
        if (token == null) {
            throw new IOException("this process knows "
                    + (tokens.isEmpty() ? "no token" : "only " + String.join(", ", new TreeSet<>(tokens.keySet()))));
        }
        return token.token(attempt);
    }
}
