package dev.meshclient.internal.credentials;

import com.nimbusds.jwt.JWTParser;
import dev.meshclient.identity.TokenSource;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.time.Interrupts;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A token that is renewed before it expires, on a thread of its own. Calls use the last token until it expires; without a token
 * they wait until one arrives or they are cancelled.
 */
final class KeptToken {
    private static final Duration EARLY = Duration.ofSeconds(60);
    /** Interval of renewal for tokens that do not state an expiry, such as files. */
    private static final long LOOK_NANOS = 10_000_000_000L;

    private static final long PAUSE_NANOS = 1_000_000_000L;
    /** Extra wait beyond the deadline: a deadline cancels the call itself, with a better message. */
    private static final long GRACE_NANOS = 1_000_000_000L;

    private final Time time;
    private final TokenSource source;
    private final Set<Attempt> waiting = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Kept kept;
    private long triedAt;
    private boolean tried;
    private @Nullable IOException failure;
    private boolean asking;

    private record Kept(String token, @Nullable Instant expires, long at) {}

    KeptToken(Time time, TokenSource source) {
        this.time = time;
        this.source = source;
    }

    /** A token that has not expired. The attempt waits if there is none yet; cancellation ends the wait with its cause. */
    String token(Attempt attempt) throws IOException {
        Kept now = kept;
        if (now != null && isFresh(now)) {
            return now.token;
        }
        if (now != null && isValid(now)) {
            ask(true);
            Kept newer = kept;
            return newer == null ? now.token : newer.token;
        }
        return first(attempt);
    }

    private boolean isFresh(Kept now) {
        return time.now() - now.at < LOOK_NANOS
                && (now.expires == null || time.wall().instant().isBefore(now.expires.minus(EARLY)));
    }

    private boolean isValid(Kept now) {
        return now.expires == null || time.wall().instant().isBefore(now.expires);
    }

    /** Without any token all calls wait for the thread that gets one. */
    private String first(Attempt attempt) throws IOException {
        waiting.add(attempt);
        try {
            boolean waited = false;
            while (true) {
                Kept now = kept;
                if (now != null && isValid(now)) {
                    return now.token;
                }
                throwIfFailed(waited);
                ask(false);
                long until = attempt.call().deadline() == Time.NEVER
                        ? Time.NEVER
                        : attempt.call().deadline() + GRACE_NANOS;
                if (!attempt.await(until)) {
                    throw new IOException("its source did not give it within the time of the call");
                }
                waited = true;
            }
        } finally {
            waiting.remove(attempt);
        }
    }

    private synchronized void throwIfFailed(boolean waited) throws IOException {
        IOException last = failure;
        if (last != null && !asking && (waited || time.now() - triedAt < PAUSE_NANOS)) {
            throw last;
        }
    }

    /** Starts to get a token unless that is under way. */
    private void ask(boolean afterPause) {
        synchronized (this) {
            if (asking || (afterPause && tried && time.now() - triedAt < PAUSE_NANOS)) {
                return;
            }
            asking = true;
        }
        try {
            time.start("token", this::fetch);
        } catch (RuntimeException | Error e) { // the mesh is closed, or the system has no thread
            done(kept, new IOException("no thread can ask its source, or the mesh is closed: " + e, e));
        }
    }

    private void fetch() {
        Kept next = kept;
        IOException problem = new IOException("its source broke off");
        try {
            next = asked();
            problem = null;
        } catch (IOException e) {
            problem = e;
        } finally { // whatever it throws, no call waits for ever
            done(next, problem);
        }
    }

    private Kept asked() throws IOException {
        String token = given();
        if (token == null || token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IOException("what the source gives is no token (one word of visible ASCII)");
        }
        Instant expires = expires(token);
        if (expires != null && !time.wall().instant().isBefore(expires)) {
            throw new IOException("what the source gives expired at " + expires);
        }
        return new Kept(token, expires, time.now());
    }

    /** The token from the source; anything else that it throws becomes an IOException. */
    private String given() throws IOException {
        try {
            return source.token();
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) { // Kotlin may throw any
            Interrupts.keep(e);
            throw new IOException("its source failed: " + e, e);
        }
    }

    private void done(@Nullable Kept now, @Nullable IOException e) {
        synchronized (this) {
            kept = now;
            failure = e;
            tried = true;
            triedAt = time.now();
            asking = false;
        }
        waiting.forEach(Attempt::raise);
    }

    private static @Nullable Instant expires(String token) {
        try {
            Date expires = JWTParser.parse(token).getJWTClaimsSet().getExpirationTime();
            return expires == null ? null : expires.toInstant();
        } catch (ParseException | RuntimeException e) {
            return null; // not a JWT: its expiry is unknown
        }
    }
}
