package dev.meshclient.policy;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.net.URI;
import java.net.URISyntaxException;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Checks the issuers of tokens. */
final class JwtProviderCheck {
    private static final int MAX_AUDIENCES = 256;
    private static final int MAX_KEYS = 100;
    private static final int MAX_URI = 1024;
    private static final String KEYS_EXPECTED = "a JWK set (RFC 7517) of public keys; ";
    private static final List<String> KEY_TYPES = List.of("RSA", "EC");

    /** https, or the local host: an attacker who can change the keys in transit can issue tokens. */
    static final Pattern JWKS_URI =
            Pattern.compile("https://[^\\s/?#@]+(/[^\\s#]*)?|http://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:"
                    + Hosts.PORT + ")?(/[^\\s#]*)?");

    private JwtProviderCheck() {}

    static void check(Place place, String name, JwtProvider provider) {
        place.key(name, "a provider's name");
        check(place, provider);
    }

    static void check(Place place, JwtProvider provider) {
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

    private static boolean types(Place keys, List<?> list) {
        boolean legal = true;
        for (int i = 0; i < list.size(); i++) {
            if (!(list.get(i) instanceof Map<?, ?> key)) {
                keys.item(i).wrong(list.get(i), "an object");
                legal = false;
            } else if (key.get("kty") == null || !KEY_TYPES.contains(key.get("kty"))) {
                Object type = key.get("kty");
                String why = "oct".equals(type)
                        ? "; oct is shared, and does not prove which party signed"
                        : "OKP".equals(type) ? "; OKP is not supported by this version" : "";
                keys.item(i).field("kty").wrong(type, String.join(", ", KEY_TYPES) + why);
                legal = false;
            }
        }
        return legal;
    }

    private static void inline(Place place, String text) {
        try {
            Object keys =
                    text.isEmpty() ? List.of() : JSONObjectUtils.parse(text).get("keys");
            if (!(keys instanceof List<?> list)) {
                place.field("keys").wrong(keys, "an array of public keys");
            } else if (list.isEmpty() || list.size() > MAX_KEYS) {
                place.field("keys").wrongIn(list.size() + " keys", "an array of 1 to " + MAX_KEYS + " public keys");
            } else if (types(place.field("keys"), list)
                    && JWKSet.parse(text).getKeys().stream().anyMatch(JWK::isPrivate)) {
                place.wrong(text, KEYS_EXPECTED + "one is private");
            }
        } catch (ParseException | RuntimeException e) { // whatever it throws, the text is not a set of keys
            place.wrong(text, KEYS_EXPECTED + "one does not parse");
        }
    }
}
