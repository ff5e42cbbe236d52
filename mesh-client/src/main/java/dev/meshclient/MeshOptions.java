package dev.meshclient;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The caller's options for one request, set as its tag:
 * {@code new Request.Builder().url(..).tag(MeshOptions.class, MeshOptions.DEFAULT.withTimeout(Duration.ofSeconds(2)))}.
 * The policy can only shorten the timeout stated here; only the caller can state that a request is idempotent.
 */
public final class MeshOptions {
    private static final int ANY = 0;

    /** No option is set. */
    public static final MeshOptions DEFAULT = new MeshOptions(null, false, ANY, null, null);

    private final @Nullable Duration timeout;
    private final boolean idempotent;
    private final int maxAttempts;
    private final @Nullable String hashKey;
    private final @Nullable InboundContext inbound;

    private MeshOptions(
            @Nullable Duration timeout,
            boolean idempotent,
            int maxAttempts,
            @Nullable String hashKey,
            @Nullable InboundContext inbound) {
        this.timeout = timeout;
        this.idempotent = idempotent;
        this.maxAttempts = maxAttempts;
        this.hashKey = hashKey;
        this.inbound = inbound;
    }

    /**
     * Limits the whole call, from its entry into the mesh to the end of the response body; for a stream (an upgraded
     * connection, {@code text/event-stream} and others of the kind, a rule with {@code stream}) to its headers.
     *
     * @throws IllegalArgumentException if it is zero or negative
     */
    public MeshOptions withTimeout(Duration timeout) {
        Objects.requireNonNull(
                timeout, "timeout must not be null: pass a Duration such as Duration.ofSeconds(5), or leave this out");
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException(
                    "the timeout of MeshOptions.withTimeout must be positive, not " + timeout);
        }
        return new MeshOptions(timeout, idempotent, maxAttempts, hashKey, inbound);
    }

    /** States that sending this request twice does no harm, whatever its method: it may be retried even if it was processed. */
    public MeshOptions withIdempotent() {
        return new MeshOptions(timeout, true, maxAttempts, hashKey, inbound);
    }

    /** The mesh sends this request at most once, whatever the policy states about retries. It still follows redirects. */
    public MeshOptions withoutRetries() {
        return withMaxAttempts(1);
    }

    /**
     * Limits the attempts of this call, the first one and what was not processed included: the policy may state fewer, and never gets
     * more. 1 is {@link #withoutRetries}.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public MeshOptions withMaxAttempts(int attempts) {
        if (attempts < 1) {
            throw new IllegalArgumentException(
                    "the attempts of MeshOptions.withMaxAttempts must be 1 or more, not " + attempts);
        }
        return new MeshOptions(timeout, idempotent, attempts, hashKey, inbound);
    }

    /** Links this request to the inbound request it is made for; takes precedence over the context of the thread. */
    public MeshOptions withInbound(InboundContext context) {
        Objects.requireNonNull(context, "context must not be null: pass InboundContext.of(headers), or leave this out");
        return new MeshOptions(timeout, idempotent, maxAttempts, hashKey, context);
    }

    /**
     * Calls with the same key use the same endpoint, as long as it is usable. The key replaces the value that the policy's
     * {@code consistentHash} takes from the request.
     */
    public MeshOptions withHashKey(String key) {
        Objects.requireNonNull(key, "key must not be null: pass a key, or leave this out");
        return new MeshOptions(timeout, idempotent, maxAttempts, key, inbound);
    }

    /** Null: not set. */
    public @Nullable Duration timeout() {
        return timeout;
    }

    /** Default false: the method decides. */
    public boolean isIdempotent() {
        return idempotent;
    }

    /** Null: not set. */
    public @Nullable String hashKey() {
        return hashKey;
    }

    /** Default false: the policy decides. */
    public boolean isWithoutRetries() {
        return maxAttempts == 1;
    }

    /** 0: not set, the policy decides. */
    public int maxAttempts() {
        return maxAttempts;
    }

    /** Null: not set, the context of the thread applies. */
    public @Nullable InboundContext inbound() {
        return inbound;
    }

    @Override
    public String toString() {
        return "MeshOptions[timeout=" + timeout + ", idempotent=" + idempotent + ", maxAttempts=" + maxAttempts
                + ", hashKey=" + hashKey + ", inbound=" + inbound + "]";
    }
}
