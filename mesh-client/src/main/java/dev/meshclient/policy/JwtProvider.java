package dev.meshclient.policy;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who issues tokens, and how they are checked. One of {@code jwksUri} and {@code jwks} is stated.
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
}
