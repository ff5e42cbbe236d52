package dev.meshclient.policy;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who issues tokens, and how they are checked. One of {@code jwksUri} and {@code jwks} is stated.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is no API: it changes when a component is added.
 *
 * @param issuer the {@code iss} of its tokens
 * @param audiences a token must name one of them; empty: the name of the service that is called
 * @param jwksUri where its keys are; null: they are in {@code jwks}
 * @param jwks its keys, as the text of a JWK set; null: they are at {@code jwksUri}
 * @param clockSkew how far clocks may be apart; null: 60 s
 * @param cacheDuration how long fetched keys are good without another look; null: 10 min
 */
public record JwtProvider(
        String issuer,
        List<String> audiences,
        @Nullable String jwksUri,
        @Nullable String jwks,
        @Nullable Duration clockSkew,
        @Nullable Duration cacheDuration) {
    public JwtProvider {
        audiences = List.copyOf(audiences);
    }

    /** Begins with nothing stated. */
    public static Builder builder() {
        return new Builder();
    }

    /** Begins with what is stated here. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.issuer = issuer;
        builder.audiences = audiences;
        builder.jwksUri = jwksUri;
        builder.jwks = jwks;
        builder.clockSkew = clockSkew;
        builder.cacheDuration = cacheDuration;
        return builder;
    }

    /** Makes a {@link JwtProvider}. The words are those of the document; what they mean stands at the components. */
    public static final class Builder {
        private String issuer = "";
        private List<String> audiences = List.of();
        private @Nullable String jwksUri;
        private @Nullable String jwks;
        private @Nullable Duration clockSkew;
        private @Nullable Duration cacheDuration;

        private Builder() {}

        public Builder issuer(String issuer) {
            this.issuer = issuer;
            return this;
        }

        public Builder audiences(List<String> audiences) {
            this.audiences = audiences;
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
