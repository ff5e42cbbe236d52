package dev.meshclient;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a caller says about one request, as its tag:
 * {@code new Request.Builder().url(..).tag(MeshOptions.class, MeshOptions.DEFAULT.withTimeout(Duration.ofSeconds(2)))}.
 * Policy can only shorten what is said here about time; only the caller can say that a request is idempotent.
 */
public final class MeshOptions {
    /** Nothing is said. */
    public static final MeshOptions DEFAULT = new MeshOptions(null, false, false, null, null);

    private final @Nullable Duration timeout;
    private final boolean idempotent;
    private final boolean withoutRetries;
    private final @Nullable String hashKey;
    private final @Nullable InboundContext inbound;

    private MeshOptions(
            @Nullable Duration timeout,
            boolean idempotent,
            boolean withoutRetries,
            @Nullable String hashKey,
            @Nullable InboundContext inbound) {
        this.timeout = timeout;
        this.idempotent = idempotent;
        this.withoutRetries = withoutRetries;
        this.hashKey = hashKey;
        this.inbound = inbound;
    }

    /**
     * Bounds the whole call, from entering the mesh to the end of the response body; of a stream (an upgraded connection,
     * {@code text/event-stream}) to its headers.
     *
     * @throws IllegalArgumentException if it is zero or negative
     */
    public MeshOptions withTimeout(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("MeshOptions.timeout must be positive, not " + timeout);
        }
        return new MeshOptions(timeout, idempotent, withoutRetries, hashKey, inbound);
    }

    /** Says that sending this request twice does no harm, whatever its method: then what may have been processed is retried. */
    public MeshOptions withIdempotent() {
        return new MeshOptions(timeout, true, withoutRetries, hashKey, inbound);
    }

    /** The mesh sends this request at most once, whatever policy says about retries. It still follows redirects. */
    public MeshOptions withoutRetries() {
        return new MeshOptions(timeout, idempotent, true, hashKey, inbound);
    }

    /** This request is made while that one is handled; counts more than the context of the thread. */
    public MeshOptions withInbound(InboundContext context) {
        return new MeshOptions(timeout, idempotent, withoutRetries, hashKey, context);
    }

    /** Calls with the same key go to the same endpoint, as long as it is usable. */
    public MeshOptions withHashKey(String key) {
        return new MeshOptions(timeout, idempotent, withoutRetries, key, inbound);
    }

    /** Null: not said. */
    public @Nullable Duration timeout() {
        return timeout;
    }

    /** Default false: the method decides. */
    public boolean isIdempotent() {
        return idempotent;
    }

    /** Null: not said. */
    public @Nullable String hashKey() {
        return hashKey;
    }

    /** Default false: policy decides. */
    public boolean isWithoutRetries() {
        return withoutRetries;
    }

    /** Null: not said, the context of the thread counts. */
    public @Nullable InboundContext inbound() {
        return inbound;
    }

    @Override
    public String toString() {
        return "MeshOptions[timeout=" + timeout + ", idempotent=" + idempotent + ", withoutRetries=" + withoutRetries
                + ", hashKey=" + hashKey + ", inbound=" + inbound + "]";
    }
}
