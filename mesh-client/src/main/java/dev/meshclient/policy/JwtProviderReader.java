package dev.meshclient.policy;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.net.URI;
import java.net.URISyntaxException;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads who issues tokens. */
final class JwtProviderReader {
    private static final int MAX_AUDIENCES = 256;
    private static final int MAX_KEYS = 100;
    private static final Words<String> KEY_TYPE = Words.of(new String[] {"RSA", "EC"}, word -> word)
            .refusing("oct", "is shared, and no proof of who signed")
            .refusing("OKP", Words.NOT_SUPPORTED);
    private static final int MAX_URI = 1024;

    /** Whoever can change the keys on their way can make tokens. */
    static final Pattern JWKS_URI =
            Pattern.compile("https://[^\\s/?#@]+(/[^\\s#]*)?|http://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:"
                    + Hosts.PORT + ")?(/[^\\s#]*)?");

    private JwtProviderReader() {}

    static Map<String, JwtProvider> providers(Node node) {
        Map<String, JwtProvider> providers = Fields.entries(node, JwtProviderReader::provider);
        Map<String, Node> object = node.object();
        if (object != null) {
            object.forEach((name, field) -> {
                if (!Node.isName(name)) {
                    field.wrong("a provider's name of " + Node.NAME_LENGTH);
                }
            });
        }
        return providers;
    }

    private static JwtProvider provider(Node node) {
        Fields fields = new Fields(node);
        String issuer = fields.required("issuer", Node.NAME, Node::name, "");
        List<String> audiences = fields.list("audiences", 0, MAX_AUDIENCES, Node::name);
        Node uriNode = fields.optional("jwksUri");
        String uri = uriNode == null ? null : uri(uriNode);
        Node keysNode = fields.optional("jwks");
        String keys = keysNode == null ? null : keys(keysNode);
        if (uriNode == null && keysNode == null) {
            fields.required("jwksUri", "jwksUri or jwks");
        } else if (uriNode != null && keysNode != null) {
            keysNode.wrong("nothing: jwksUri is stated, and it is one or the other");
        }
        JwtProvider provider = new JwtProvider(
                issuer,
                audiences,
                uri,
                keys,
                fields.optional("clockSkew", Node::duration),
                fields.optional("cacheDuration", Node::durationAboveZero));
        if (uriNode == null) {
            fields.misplaced("beside jwksUri: what is in the document is not fetched", "cacheDuration");
        }
        fields.othersRefused();
        return provider;
    }

    private static String uri(Node node) {
        String uri = node.text(MAX_URI, JWKS_URI, "an https: URI, or an http: one of this very host (localhost)");
        try {
            return new URI(uri).toString();
        } catch (URISyntaxException e) {
            node.wrong("a URI (RFC 3986), with what it does not allow percent-encoded: " + e.getReason());
        }
        return "";
    }

    private static @Nullable String keys(Node node) {
        Fields fields = new Fields(node);
        List<Boolean> keys = fields.required(
                "keys",
                "an array of 1 to " + MAX_KEYS + " public keys",
                n -> Fields.items(n, 1, MAX_KEYS, JwtProviderReader::isKey),
                List.of());
        if (keys.isEmpty() || keys.contains(false)) {
            return null;
        }
        String json = node.json();
        String fault = fault(json);
        if (fault != null) {
            node.wrong("a JWK set (RFC 7517) of public keys; " + fault);
        }
        return json;
    }

    private static boolean isKey(Node node) {
        Fields fields = new Fields(node);
        Node type = fields.required("kty", KEY_TYPE.expected(null));
        if (type == null) {
            return false;
        }
        String word = type.string();
        type.word(KEY_TYPE);
        return word != null && KEY_TYPE.meaning(word) != null;
    }

    private static @Nullable String fault(String json) {
        try {
            return JWKSet.parse(json).getKeys().stream().anyMatch(JWK::isPrivate) ? "one is private" : null;
        } catch (ParseException | RuntimeException e) { // whatever it throws, it is no set of keys
            return "one does not parse";
        }
    }
}
