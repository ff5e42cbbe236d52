package dev.meshclient.internal.authz;

import com.nimbusds.jose.jwk.JWKSet;
import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys that are fetched from a URI: on a thread of their own, one fetch at a time, with a pause between two fetches. Requests
 * wait for the fetch that replaces keys whose time is over; the last good keys stay as long as the fetches fail. A set without
 * keys is an answer: the issuer has revoked them.
 */
final class FetchedKeys implements KeySets.Keys {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.authorization");
    private static final int MAX_BYTES = 256 << 10;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    /** Pause between two fetches for an unknown key: a client that invents key IDs must not cause load. */
    private static final long PAUSE_NANOS = 10_000_000_000L;
    /** Pause between two fetches while there are no keys. */
    private static final long FIRST_PAUSE_NANOS = 1_000_000_000L;
    /** Limit of requests that wait for a fetch: a server has few threads. */
    private static final int MAX_WAITING = 32;

    /** @param askedAt the end of the last fetch, also of one that failed */
    private record Known(@Nullable List<VerificationKey> keys, long fetchedAt, long askedAt, String problem) {}

    private final Time time;
    private final KeySets.Download download;
    private final URI uri;
    private final Set<Signal> waiting = ConcurrentHashMap.newKeySet();

    private volatile Known known = new Known(null, 0, 0, "they have not been fetched yet");
    private volatile long goodForNanos;
    private volatile int fetches;
    private boolean running;
    private long startedAt;
    private boolean started;

    FetchedKeys(Time time, KeySets.Download download, URI uri) {
        this.time = time;
        this.download = download;
        this.uri = uri;
    }

    void goodFor(long nanos) {
        goodForNanos = nanos;
    }

    /** Fetches unless there are keys that are younger than this. */
    void start(long cacheNanos) {
        fetchAfter(known.keys == null ? FIRST_PAUSE_NANOS : cacheNanos);
    }

    @Override
    public @Nullable List<VerificationKey> now() {
        Known now = known;
        if (now.keys == null) {
            int before = fetches;
            tryFetchAfter(FIRST_PAUSE_NANOS);
            awaitFetch(before);
        } else if (time.now() - now.fetchedAt >= goodForNanos) {
            int before = fetches;
            tryFetchAfter(PAUSE_NANOS);
            if (!isFallback(now)) {
                awaitFetch(before);
            }
        }
        return known.keys;
    }

    @Override
    public @Nullable List<VerificationKey> fresh() {
        Known now = known;
        return time.now() - now.fetchedAt < goodForNanos ? now.keys : null;
    }

    @Override
    public boolean areFetched() {
        return true;
    }

    /** Whether keys whose time is over stay in use because a fetch failed: a dead issuer delays the requests of one fetch alone. */
    private boolean isFallback(Known known) {
        return known.askedAt - known.fetchedAt >= goodForNanos && time.now() - known.askedAt < goodForNanos;
    }

    @Override
    public @Nullable List<VerificationKey> again(List<VerificationKey> tried) {
        int counted = fetches; // read before known, because a fetch writes known first
        Known now = known;
        if (now.keys != tried) {
            return now.keys; // a fetch ended meanwhile
        }
        tryFetchAfter(PAUSE_NANOS);
        boolean looked = awaitFetch(counted);
        Known after = known;
        return after.keys != tried || (looked && after.problem.isEmpty()) ? after.keys : null;
    }

    @Override
    public String problem() {
        String problem = known.problem;
        return "the keys at " + uri + ": " + (problem.isEmpty() ? "they are being fetched" : problem);
    }

    private synchronized void fetchAfter(long pauseNanos) {
        long now = time.now();
        if (!running && (!started || now - startedAt >= pauseNanos)) {
            running = true;
            try {
                time.start("keys of issuers", this::fetch);
            } catch (RuntimeException | Error e) {
                running = false;
                throw e;
            }
            started = true;
            startedAt = now;
        }
    }

    /** For a request: if no thread can be started, for example after the mesh was closed, the known keys stay. */
    private void tryFetchAfter(long pauseNanos) {
        try {
            fetchAfter(pauseNanos);
        } catch (RuntimeException | Error e) {
            LOG.debug("the keys at {} are not fetched now: {}", uri, e.toString());
        }
    }

    private synchronized boolean isRunning() {
        return running;
    }

    /** Waits for the running fetch, at most until its timeout. @return whether it has ended */
    private boolean awaitFetch(int before) {
        if (waiting.size() < MAX_WAITING) {
            awaitRunning(before);
        }
        return !isRunning() || fetches != before;
    }

    private void awaitRunning(int before) {
        Signal signal = time.signal("keys");
        waiting.add(signal);
        try {
            long until = time.now() + TIMEOUT.toNanos();
            while (fetches == before && isRunning() && time.now() < until) {
                signal.await(until);
            }
        } catch (IOException interrupted) {
            LOG.debug("not waited for keys: {}", interrupted.toString());
        } finally {
            waiting.remove(signal);
        }
    }

    private void fetch() {
        Known before = known;
        String problem = "the fetch broke off";
        Known next = null;
        try {
            byte[] bytes = download.get(uri, MAX_BYTES, TIMEOUT);
            List<VerificationKey> keys = VerificationKey.of(JWKSet.parse(new String(bytes, StandardCharsets.UTF_8)));
            if (keys.isEmpty()) {
                LOG.warn(
                        "the keys at {}: it has no public RSA (2048 bits) or EC key for signatures, so no token is valid",
                        uri);
            }
            next = new Known(keys, time.now(), time.now(), "");
        } catch (IOException | ParseException | RuntimeException e) {
            problem = e instanceof ParseException ? "not a JWK set" : String.valueOf(e.getMessage());
            LOG.warn(
                    "the keys at {} were not fetched, {}: {}",
                    uri,
                    before.keys == null ? "and there are none" : "and those of before stay",
                    problem);
        } finally { // whatever it throws, there is a next fetch
            fetched(next != null ? next : new Known(before.keys, before.fetchedAt, time.now(), problem));
        }
    }

    private void fetched(Known next) {
        synchronized (this) {
            known = next;
            running = false;
            fetches++;
        }
        waiting.forEach(Signal::raise);
    }
}
