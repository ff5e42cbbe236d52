package dev.meshclient.internal.authz;

import com.nimbusds.jose.jwk.JWKSet;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.JwtProvider;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The keys of issuers; those that are fetched outlive a change of policy. */
public final class KeySets {
    private static final Duration CACHE = Duration.ofMinutes(10);

    /** Gets a small document. */
    @FunctionalInterface
    public interface Download {
        /** Its bytes, at most {@code maxBytes} and within the timeout. */
        byte[] get(URI uri, int maxBytes, Duration timeout) throws IOException;
    }

    /** Where the keys of one issuer come from. */
    interface Keys {
        /** What is known now; null: nothing yet, and why is in {@link #problem}. May wait for a fetch that is under way. */
        @Nullable
        List<VerificationKey> now();

        /**
         * What is known after another look, if one may be taken; what was tried if nothing is new.
         *
         * @param tried what {@link #now} gave
         * @return null: nobody could look, and why is in {@link #problem}
         */
        @Nullable
        List<VerificationKey> again(List<VerificationKey> tried);

        /** Why there are none. */
        String problem();
    }

    private final Time time;
    private final Download download;
    private final Map<String, FetchedKeys> fetched = new ConcurrentHashMap<>();

    public KeySets(Time time, Download download) {
        this.time = time;
        this.download = download;
    }

    Time time() {
        return time;
    }

    Keys of(JwtProvider provider) {
        String uri = provider.jwksUri();
        if (uri == null) {
            return inline(provider.jwks() == null ? "{\"keys\":[]}" : provider.jwks());
        }
        return fetched(uri);
    }

    private FetchedKeys fetched(String uri) {
        return fetched.computeIfAbsent(uri, u -> new FetchedKeys(time, download, URI.create(u)));
    }

    /** These issuers are in force now: their keys are fetched, and those of all others are forgotten. */
    public void inForce(Collection<JwtProvider> providers) {
        Set<String> uris = new HashSet<>();
        for (JwtProvider provider : providers) {
            String uri = provider.jwksUri();
            if (uri != null) {
                uris.add(uri);
                FetchedKeys keys = fetched(uri);
                keys.goodFor(Time.nanos(provider.cacheDuration() == null ? CACHE : provider.cacheDuration()));
                keys.start();
            }
        }
        fetched.keySet().retainAll(uris);
    }

    private static Keys inline(String json) {
        List<VerificationKey> keys;
        try {
            keys = VerificationKey.of(JWKSet.parse(json));
        } catch (ParseException e) {
            throw new IllegalArgumentException("not a JWK set: " + e.getMessage(), e); // the reader refuses it
        }
        return new Keys() {
            @Override
            public List<VerificationKey> now() {
                return keys;
            }

            @Override
            public List<VerificationKey> again(List<VerificationKey> tried) {
                return tried;
            }

            @Override
            public String problem() {
                return "";
            }
        };
    }
}
