package dev.meshclient.policy;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An issuer of tokens, and how its tokens are verified. Exactly one of {@code jwksUri} and {@code jwks} is stated.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param issuer the {@code iss} of its tokens
 * @param audiences a token must have one of them; empty: the name of the called service
 * @param jwksUri the URI of its keys; null: they are in {@code jwks}
 * @param jwks its keys, as the text of a JWK set; null: they are at {@code jwksUri}
 * @param clockSkew tolerated difference between clocks; null: 60 s
 * @param cacheDuration how long fetched keys are used before another fetch; null: 10 min
 */
public record JwtProvider(
        String issuer,
        List<String> audiences,
        @Nullable String jwksUri,
        @Nullable String jwks,
        @Nullable Duration clockSkew,
        @Nullable Duration cacheDuration) {
    public JwtProvider {
        Required.value(issuer, "issuer", "the iss of its tokens");
        audiences = Required.list(audiences, "audiences");
        jwks = jwks == null ? null : jwks.strip(); // as a document states it: a file ends with a new line
    }

    /** Starts an empty builder. */
    public static Builder builder() {
        return new JwtProvider("", List.of(), null, null, null, null).toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link JwtProvider}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private String issuer = JwtProvider.this.issuer;
        private List<String> audiences = JwtProvider.this.audiences;
        private @Nullable String jwksUri = JwtProvider.this.jwksUri;
        private @Nullable String jwks = JwtProvider.this.jwks;
        private @Nullable Duration clockSkew = JwtProvider.this.clockSkew;
        private @Nullable Duration cacheDuration = JwtProvider.this.cacheDuration;

        private Builder() {}

        public Builder issuer(String issuer) {
            this.issuer = Required.value(issuer, "issuer", "the iss of its tokens");
            return this;
        }

        public Builder audiences(List<String> audiences) {
            this.audiences = Required.list(audiences, "audiences");
            return this;
        }

        public Builder jwksUri(@Nullable String jwksUri) {
            this.jwksUri = jwksUri;
            return this;
        }

        public Builder jwks(@Nullable String jwks) {
            this.jwks = jwks;
            return this;
        }

        public Builder clockSkew(@Nullable Duration clockSkew) {
            this.clockSkew = clockSkew;
            return this;
        }

        public Builder cacheDuration(@Nullable Duration cacheDuration) {
            this.cacheDuration = cacheDuration;
            return this;
        }

        public JwtProvider build() {
            return new JwtProvider(issuer, audiences, jwksUri, jwks, clockSkew, cacheDuration);
        }
    }
}
