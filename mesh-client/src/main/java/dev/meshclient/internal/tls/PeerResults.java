package dev.meshclient.internal.tls;

import dev.meshclient.internal.identity.PeerTrust;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Results of verifications: a bounded number, in two generations. A result that is used moves to the younger one; when that is full and
 * most of it has not expired, it becomes the older one, and what was not used since then is dropped. Any thread.
 */
final class PeerResults<K> {
    private final int generation;
    private volatile Map<K, Result> younger = new ConcurrentHashMap<>();
    private volatile Map<K, Result> older = Map.of();

    /**
     * @param id null: refused
     * @param chain what was verified
     * @param trust by which it was; null: none
     * @param until when it is verified again
     */
    record Result(
            @Nullable String id,
            List<X509Certificate> chain,
            @Nullable PeerTrust trust,
            Instant until) {
        boolean counts(@Nullable PeerTrust now, Instant at) {
            return trust == now && !at.isAfter(until);
        }
    }

    /** @param bound the most results, 2 or more; half as many, those last used, are always kept until they expire */
    PeerResults(int bound) {
        generation = bound / 2;
    }

    /** Null: there is none. It may have expired, or be of another trust. */
    @Nullable
    Result get(K key, Instant now) {
        Result result = younger.get(key);
        if (result == null) {
            result = older.get(key);
            if (result != null) {
                use(key, result, now);
            }
        }
        return result;
    }

    synchronized void add(K key, Result result, Instant now) {
        makeRoom(key, now);
        younger.put(key, result);
    }

    /** A newer result of the same key stays. */
    private synchronized void use(K key, Result result, Instant now) {
        makeRoom(key, now);
        younger.putIfAbsent(key, result);
    }

    private void makeRoom(K key, Instant now) {
        if (younger.size() >= generation && !younger.containsKey(key)) {
            younger.values().removeIf(known -> now.isAfter(known.until));
            if (younger.size() > generation / 2) {
                older = younger;
                younger = new ConcurrentHashMap<>();
            }
        }
    }

    int size() {
        return younger.size() + older.size();
    }
}
