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

/** The keys of issuers. Fetched keys outlive a change of policy. */
public final class KeySets {
    private static final Duration CACHE = Duration.ofMinutes(10);

    /** Downloads a small document. */
    @FunctionalInterface
    public interface Download {
        /** The document, at most {@code maxBytes} long and within the timeout. */
        byte[] get(URI uri, int maxBytes, Duration timeout) throws IOException;
    }

    /** The keys of one issuer. */
    interface Keys {
        /** The known keys; null: none yet, for the reason in {@link #problem}. May wait for a running fetch. */
        @Nullable
        List<VerificationKey> now();

        /** The known keys, without a wait; null: there are none, or their time is over. */
        @Nullable
        List<VerificationKey> fresh();

        /** Whether {@link #again} may wait. */
        boolean areFetched();

        /**
         * The known keys after another fetch if one is permitted; {@code tried} if nothing has changed.
         *
         * @param tried the result of {@link #now}
         * @return null: no fetch was possible, for the reason in {@link #problem}
         */
        @Nullable
        List<VerificationKey> again(List<VerificationKey> tried);

        /** Why there are no keys. */
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

    /** Starts to fetch the keys of these issuers. The keys of the issuers in force stay as they are. */
    public void prepare(Collection<JwtProvider> providers) {
        for (JwtProvider provider : providers) {
            String uri = provider.jwksUri();
            if (uri != null) {
                fetched(uri).start(cacheNanos(provider));
            }
        }
    }

    /** Puts prepared issuers in force and drops the keys of all others. */
    public void inForce(Collection<JwtProvider> providers) {
        Set<String> uris = new HashSet<>();
        for (JwtProvider provider : providers) {
            String uri = provider.jwksUri();
            if (uri != null) {
                uris.add(uri);
                fetched(uri).goodFor(cacheNanos(provider));
            }
        }
        fetched.keySet().retainAll(uris);
    }

    private static long cacheNanos(JwtProvider provider) {
        return Time.nanos(provider.cacheDuration() == null ? CACHE : provider.cacheDuration());
    }

    private static Keys inline(String json) {
        List<VerificationKey> keys;
        try {
            keys = VerificationKey.of(JWKSet.parse(json));
        } catch (ParseException e) {
            // the policy reader rejects it first
            throw new IllegalArgumentException("not a JWK set: " + e.getMessage(), e);
        }
        return new Keys() {
            @Override
            public List<VerificationKey> now() {
                return keys;
            }

            @Override
            public List<VerificationKey> fresh() {
                return keys;
            }

            @Override
            public boolean areFetched() {
                return false;
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
