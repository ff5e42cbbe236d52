package dev.meshclient.internal.credentials;

import dev.meshclient.identity.TokenSource;
import dev.meshclient.internal.time.Time;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The tokens of this process, by the names that the policy uses. */
public final class Tokens {
    private final Map<String, KeptToken> tokens = new HashMap<>();

    public Tokens(Time time, Map<String, TokenSource> sources) {
        sources.forEach((name, source) -> tokens.put(name, new KeptToken(time, source)));
    }

    /** Null: this process does not have it. */
    @Nullable
    KeptToken find(String name) {
        return tokens.get(name);
    }

    /** The names, for messages. */
    String inWords() {
        return tokens.isEmpty() ? "no token" : "only " + String.join(", ", new TreeSet<>(tokens.keySet()));
    }
}
