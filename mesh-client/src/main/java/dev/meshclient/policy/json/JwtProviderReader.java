package dev.meshclient.policy.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshclient.policy.JwtProvider;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the issuers of tokens. */
final class JwtProviderReader {
    private static final Words<String> KEY_TYPE = Words.of(new String[] {"RSA", "EC"}, word -> word)
            .refusing("oct", "is shared, and does not prove which party signed")
            .refusing("OKP", Words.NOT_SUPPORTED);
    private static final ObjectMapper JSON = new ObjectMapper();

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
        List<Object> place = in.place();
        String text = in.json();
        JsonNode keys = tree(text).get("keys");
        place.add("keys");
        if (keys == null || !keys.isArray()) {
            in.unreadable(place, keys == null ? "nothing" : null, "an array of public keys");
            return "";
        }
        for (int i = 0; i < keys.size(); i++) {
            List<Object> key = new java.util.ArrayList<>(place);
            key.add(i);
            type(in, key, keys.get(i));
        }
        return text;
    }

    private static void type(JsonCursor in, List<Object> place, JsonNode key) {
        if (!key.isObject()) {
            in.unreadable(place, null, "an object");
            return;
        }
        JsonNode type = key.get("kty");
        @Nullable String word = type == null ? null : type.textValue();
        if (word == null || KEY_TYPE.meaning(word) == null) {
            place.add("kty");
            in.unreadable(place, type == null ? "nothing" : null, KEY_TYPE.expected(word));
        }
    }

    private static JsonNode tree(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("JSON that was read is none", e);
        }
    }
}
