package dev.meshclient.internal.credentials;

import com.nimbusds.jwt.JWTParser;
import dev.meshclient.identity.TokenSource;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/** A token, asked for again before it expires; one thread asks, the others go on with the last one as long as it lasts. */
final class KeptToken {
    private static final Duration EARLY = Duration.ofSeconds(60);
    /** A file may change at any time, and other tokens do not say when they expire. */
    private static final long LOOK_NANOS = 10_000_000_000L;

    private static final long PAUSE_NANOS = 1_000_000_000L;

    private final Time time;
    private final TokenSource source;
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

    String token() throws IOException {
        Kept now = kept;
        if (now != null && isFresh(now)) {
            return now.token;
        }
        if (now != null && isValid(now)) {
            return mayAsk() ? askOrKeep(now) : now.token;
        }
        return first();
    }

    private boolean isFresh(Kept now) {
        return time.now() - now.at < LOOK_NANOS
                && (now.expires == null || time.wall().instant().isBefore(now.expires.minus(EARLY)));
    }

    private boolean isValid(Kept now) {
        return now.expires == null || time.wall().instant().isBefore(now.expires);
    }

    private synchronized boolean mayAsk() {
        if (asking || (tried && time.now() - triedAt < PAUSE_NANOS)) {
            return false;
        }
        asking = true;
        return true;
    }

    private String askOrKeep(Kept last) {
        try {
            return ask();
        } catch (IOException e) {
            return last.token;
        } finally {
            asked();
        }
    }

    private synchronized void asked() {
        asking = false;
    }

    /** Nothing to go on with: all wait for the one who asks. */
    private synchronized String first() throws IOException {
        Kept now = kept;
        if (now != null && isValid(now)) { // another thread was faster
            return now.token;
        }
        IOException last = failure;
        if (last != null && time.now() - triedAt < PAUSE_NANOS) {
            throw last;
        }
        return ask();
    }

    private String ask() throws IOException {
        try {
            String token = given();
            if (token == null || token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
                throw new IOException("what the source gives is no token (one word of visible ASCII)");
            }
            Instant expires = expires(token);
            if (expires != null && !time.wall().instant().isBefore(expires)) {
                throw new IOException("what the source gives expired at " + expires);
            }
            done(new Kept(token, expires, time.now()), null);
            return token;
        } catch (IOException e) {
            done(kept, e);
            throw e;
        }
    }

    /** What a source throws that is no IOException is as good as none. */
    private String given() throws IOException {
        try {
            return source.token();
        } catch (RuntimeException e) {
            throw new IOException("its source failed: " + e, e);
        }
    }

    private synchronized void done(@Nullable Kept now, @Nullable IOException e) {
        kept = now;
        failure = e;
        tried = true;
        triedAt = time.now();
    }

    private static @Nullable Instant expires(String token) {
        try {
            Date expires = JWTParser.parse(token).getJWTClaimsSet().getExpirationTime();
            return expires == null ? null : expires.toInstant();
        } catch (ParseException | RuntimeException e) {
            return null; // not a JWT: nobody here can tell
        }
    }
}
