package dev.meshclient.policy;

import org.jspecify.annotations.Nullable;

/**
 * Session affinity: requests with the same value of a header, cookie or query parameter use the same endpoint, as long as it is
 * usable. The names are Istio's, the rules Envoy's. Exactly one input is stated, and at most one table.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param httpHeaderName the header to hash; null: not stated
 * @param httpCookie the cookie to hash, of the client's cookie jar or else of the request's own header; null: not stated
 * @param httpQueryParameterName the query parameter to hash; null: not stated
 * @param ringHash the ring; null: not stated, a ring of the built-in size if {@code maglev} is not stated either
 * @param maglev the table; null: not stated
 * @param hashBalanceFactor no endpoint has more attempts in flight than this percentage of the mean for its weight, at least 100;
 *     0 or null: no limit
 */
public record ConsistentHash(
        @Nullable String httpHeaderName,
        @Nullable HttpCookie httpCookie,
        @Nullable String httpQueryParameterName,
        @Nullable RingHash ringHash,
        @Nullable Maglev maglev,
        @Nullable Integer hashBalanceFactor) {
    private static final ConsistentHash NONE = new ConsistentHash(null, null, null, null, null, null);

    /**
     * A cookie. The mesh generates none: OkHttp drops the Cookie header of a request for which the client's jar has any cookie.
     *
     * @param name compared exactly
     */
    public record HttpCookie(String name) {}

    /**
     * A hash ring (ketama).
     *
     * @param minimumRingSize points on the ring, at least, 1 to {@value #MAX_SIZE}; null: 1024
     */
    public record RingHash(@Nullable Integer minimumRingSize) {
        /** The largest ring, whatever the weights. */
        public static final int MAX_SIZE = 8 * 1024 * 1024;

        private static final int BUILT_IN_SIZE = 1024;

        /** The ring if nothing is stated. */
        public static final RingHash DEFAULT = new RingHash(null);

        /** The stated size, or the built-in one. */
        public int sizeOrDefault() {
            return minimumRingSize == null ? BUILT_IN_SIZE : minimumRingSize;
        }
    }

    /**
     * A Maglev table.
     *
     * @param tableSize places in the table, a prime up to {@value #MAX_SIZE}; null: 65537
     */
    public record Maglev(@Nullable Integer tableSize) {
        /** The largest table. */
        public static final int MAX_SIZE = 5_000_011;

        private static final int BUILT_IN_SIZE = 65_537;

        /** The stated size, or the built-in one. */
        public int sizeOrDefault() {
            return tableSize == null ? BUILT_IN_SIZE : tableSize;
        }
    }

    /** Starts an empty builder. */
    public static Builder builder() {
        return NONE.toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link ConsistentHash}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private @Nullable String httpHeaderName = ConsistentHash.this.httpHeaderName;
        private @Nullable HttpCookie httpCookie = ConsistentHash.this.httpCookie;
        private @Nullable String httpQueryParameterName = ConsistentHash.this.httpQueryParameterName;
        private @Nullable RingHash ringHash = ConsistentHash.this.ringHash;
        private @Nullable Maglev maglev = ConsistentHash.this.maglev;
        private @Nullable Integer hashBalanceFactor = ConsistentHash.this.hashBalanceFactor;

        private Builder() {}

        public Builder httpHeaderName(@Nullable String httpHeaderName) {
            this.httpHeaderName = httpHeaderName;
            return this;
        }

        public Builder httpCookie(@Nullable HttpCookie httpCookie) {
            this.httpCookie = httpCookie;
            return this;
        }

        public Builder httpQueryParameterName(@Nullable String httpQueryParameterName) {
            this.httpQueryParameterName = httpQueryParameterName;
            return this;
        }

        public Builder ringHash(@Nullable RingHash ringHash) {
            this.ringHash = ringHash;
            return this;
        }

        public Builder maglev(@Nullable Maglev maglev) {
            this.maglev = maglev;
            return this;
        }

        public Builder hashBalanceFactor(@Nullable Integer hashBalanceFactor) {
            this.hashBalanceFactor = hashBalanceFactor;
            return this;
        }

        public ConsistentHash build() {
            return new ConsistentHash(
                    httpHeaderName, httpCookie, httpQueryParameterName, ringHash, maglev, hashBalanceFactor);
        }
    }
}
