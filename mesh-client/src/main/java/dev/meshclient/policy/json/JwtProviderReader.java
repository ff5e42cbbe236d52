package dev.meshclient.policy.json;

import dev.meshclient.policy.JwtProvider;
import java.io.IOException;

/** Reads the issuers of tokens. */
final class JwtProviderReader {
    private static final ObjectReader<JwtProvider.Builder> PROVIDER = ObjectReader.<JwtProvider.Builder>refusingOthers()
            .field("issuer", (in, p) -> p.issuer(in.text()))
            .field("audiences", (in, p) -> p.audiences(in.list(0, JsonCursor::text)))
            .field("jwksUri", (in, p) -> p.jwksUri(in.text()))
            .field("jwks", (in, p) -> p.jwks(keys(in)))
            .field("clockSkew", (in, p) -> p.clockSkew(in.duration()))
            .field("cacheDuration", (in, p) -> p.cacheDuration(in.duration()));

    private JwtProviderReader() {}

    static JwtProvider read(JsonCursor in) throws IOException {
        return PROVIDER.read(in, JwtProvider.builder()).build();
    }

    /** The text of a JWK set. */
    private static String keys(JsonCursor in) throws IOException {
        if (!in.isObject()) {
            in.wrong("an object");
            return "";
        }
        return in.json();
    }
}
