package dev.meshclient.policy;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads who issues tokens. */
final class JwtProviderReader {
    private static final int MAX_AUDIENCES = 256;
    private static final int MAX_KEYS = 100;
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
        String uri = uriNode == null
                ? null
                : uriNode.text(MAX_URI, JWKS_URI, "an https: URI, or an http: one of this very host (localhost)");
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

    private static @Nullable String keys(Node node) {
        if (node.object() == null) {
            node.wrong("a JWK set (RFC 7517): an object with keys");
            return null;
        }
        String json = node.json();
        String fault = fault(json);
        if (fault != null) {
            node.wrong("a JWK set (RFC 7517) of up to " + MAX_KEYS + " public RSA or EC keys; " + fault);
        }
        return json;
    }

    private static @Nullable String fault(String json) {
        try {
            List<JWK> keys = JWKSet.parse(json).getKeys();
            if (keys.isEmpty() || keys.size() > MAX_KEYS) {
                return "it has " + keys.size();
            }
            for (JWK key : keys) {
                boolean asymmetric =
                        key.getKeyType().equals(KeyType.RSA) || key.getKeyType().equals(KeyType.EC);
                if (!asymmetric || key.isPrivate()) {
                    return "one is " + (asymmetric ? "private" : "of type " + key.getKeyType());
                }
            }
            return null;
        } catch (ParseException | RuntimeException e) {
            return "it does not parse";
        }
    }
}
