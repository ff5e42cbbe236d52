package dev.meshclient.policy;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.net.URI;
import java.net.URISyntaxException;
import java.text.ParseException;
import java.util.List;
import java.util.regex.Pattern;

/** Checks the issuers of tokens. */
final class JwtProviderCheck {
    private static final int MAX_AUDIENCES = 256;
    private static final int MAX_KEYS = 100;
    private static final int MAX_URI = 1024;

    /** https, or the local host: an attacker who can change the keys in transit can issue tokens. */
    static final Pattern JWKS_URI =
            Pattern.compile("https://[^\\s/?#@]+(/[^\\s#]*)?|http://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:"
                    + Hosts.PORT + ")?(/[^\\s#]*)?");

    private JwtProviderCheck() {}

    static void check(Place place, String name, JwtProvider provider) {
        place.key(name, "a provider's name");
        place.field("issuer").name(provider.issuer());
        place.field("audiences").each(provider.audiences(), 0, MAX_AUDIENCES, Place::name);
        keys(place, provider);
        place.field("clockSkew").duration(provider.clockSkew());
        place.field("cacheDuration").durationAboveZero(provider.cacheDuration());
        if (provider.jwksUri() == null) {
            place.misplaced(
                    "cacheDuration", provider.cacheDuration(), "beside jwksUri: keys in the document are not fetched");
        }
    }

    private static void keys(Place place, JwtProvider provider) {
        String uri = provider.jwksUri();
        String keys = provider.jwks();
        if (uri == null && keys == null) {
            place.field("jwksUri").wrong(null, "jwksUri or jwks");
        } else if (uri != null && keys != null) {
            place.field("jwks").wrong(keys, "nothing: jwksUri is stated, and it is one or the other");
        }
        if (keys != null) {
            inline(place.field("jwks"), keys);
        }
        if (uri == null
                || !place.field("jwksUri")
                        .text(uri, MAX_URI, JWKS_URI, "an https: URI, or an http: one of this very host (localhost)")) {
            return;
        }
        try {
            new URI(uri);
        } catch (URISyntaxException e) {
            place.field("jwksUri")
                    .wrong(uri, "a URI (RFC 3986), with what it does not allow percent-encoded: " + e.getReason());
        }
    }

    private static void inline(Place place, String text) {
        String expected = "a JWK set (RFC 7517) of public keys; ";
        try {
            List<JWK> keys = text.isEmpty() ? List.of() : JWKSet.parse(text).getKeys();
            if (keys.isEmpty() || keys.size() > MAX_KEYS) {
                place.field("keys").wrongIn(keys.size() + " keys", "an array of 1 to " + MAX_KEYS + " public keys");
            } else if (keys.stream().anyMatch(JWK::isPrivate)) {
                place.wrong(text, expected + "one is private");
            }
        } catch (ParseException | RuntimeException e) { // whatever it throws, the text is not a set of keys
            place.wrong(text, expected + "one does not parse");
        }
    }
}
