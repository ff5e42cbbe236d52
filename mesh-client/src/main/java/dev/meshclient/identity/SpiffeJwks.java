package dev.meshclient.identity;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshclient.internal.pem.PemText;
import java.io.IOException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads SPIFFE bundles (SPIFFE Trust Domain and Bundle, sections 4 and 5; X509-SVID and JWT-SVID, sections 6). */
final class SpiffeJwks {
    /** Allows line breaks within {@code x5c}: they are not JSON, but common in hand-written bundles. */
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final Map<String, String> CURVES =
            Map.of("P-256", "secp256r1", "P-384", "secp384r1", "P-521", "secp521r1");

    private final String trustDomain;
    private final List<X509Certificate> x509 = new ArrayList<>();
    private final Map<String, PublicKey> jwt = new LinkedHashMap<>();

    private SpiffeJwks(String trustDomain) {
        this.trustDomain = trustDomain;
    }

    static TrustBundle read(String trustDomain, byte[] json) throws CertificateException {
        JsonNode bundle = parse(json, "the bundle of trust domain '" + trustDomain + "'");
        SpiffeJwks reader = new SpiffeJwks(trustDomain);
        if (!bundle.path("keys").isArray()) {
            throw reader.refused("it has no array 'keys'; an empty one revokes all that the trust domain issued");
        }
        return reader.bundle(bundle);
    }

    /** A trust domain without {@code keys} becomes one without authorities: it must not make the others fail. */
    static List<TrustBundle> readMap(byte[] json) throws CertificateException {
        JsonNode domains = parse(json, "the SPIFFE bundle map").path("trust_domains");
        if (!domains.isObject()) {
            throw new CertificateException("the SPIFFE bundle map has no object 'trust_domains'");
        }
        List<TrustBundle> bundles = new ArrayList<>();
        for (Map.Entry<String, JsonNode> domain : domains.properties()) {
            bundles.add(new SpiffeJwks(domain.getKey()).bundle(domain.getValue()));
        }
        return bundles;
    }

    private static JsonNode parse(byte[] json, String what) throws CertificateException {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new CertificateException(what + " is no JSON that can be read: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CertificateException(what + " cannot be read: " + e.getMessage(), e);
        }
    }

    private TrustBundle bundle(JsonNode bundle) throws CertificateException {
        JsonNode keys = bundle.path("keys");
        if (!bundle.isObject() || (!keys.isMissingNode() && !keys.isArray())) {
            throw refused("it is no JWK set: an object with an array 'keys'");
        }
        Long sequence = integer(bundle, "spiffe_sequence");
        Long hint = integer(bundle, "spiffe_refresh_hint");
        for (int i = 0; i < keys.size(); i++) {
            key(keys.get(i), "keys[" + i + "]");
        }
        try {
            return new TrustBundle(
                    trustDomain, x509, jwt, sequence, hint == null || hint <= 0 ? null : Duration.ofSeconds(hint));
        } catch (IllegalArgumentException e) {
            throw refused(e.getMessage());
        }
    }

    private void key(JsonNode key, String path) throws CertificateException {
        String use = key.path("use").asText("");
        if (!use.equals("x509-svid") && !use.equals("jwt-svid") && key.hasNonNull("use")) {
            return;
        }
        if (!key.path("kty").isTextual()) {
            throw refused(path + " has no key type 'kty'");
        }
        String type = key.get("kty").textValue();
        if (!type.equals("RSA") && !type.equals("EC")) {
            return;
        }
        if (use.equals("x509-svid")) {
            x509(key, path);
        } else if (use.equals("jwt-svid")) {
            jwt(key, type, path);
        }
    }

    private void x509(JsonNode key, String path) throws CertificateException {
        if (key.hasNonNull("kid")) {
            throw refused(path + " is for X.509-SVIDs and has a 'kid', which it must not");
        }
        JsonNode certificates = key.path("x5c");
        if (certificates.isEmpty()) {
            if (certificates.isMissingNode() || certificates.isArray()) {
                return;
            }
            throw refused(path + ".x5c is no array");
        }
        try {
            x509.add(PemText.certificate(
                    Base64.getMimeDecoder().decode(certificates.get(0).asText())));
        } catch (IllegalArgumentException | CertificateException e) {
            throw refused(path + ".x5c[0] is no certificate: " + e.getMessage());
        }
    }

    private void jwt(JsonNode key, String type, String path) throws CertificateException {
        String id = key.path("kid").asText("");
        if (id.isEmpty()) {
            throw refused(path + " is for JWT-SVIDs and has no 'kid'");
        }
        PublicKey publicKey;
        try {
            publicKey = type.equals("RSA") ? rsa(key) : ec(key);
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw refused(path + ", '" + id + "', is no " + type + " key: " + e.getMessage());
        }
        if (jwt.putIfAbsent(id, publicKey) != null) {
            throw refused(path + " has the 'kid' of an earlier key, '" + id + "'");
        }
    }

    private static PublicKey rsa(JsonNode key) throws GeneralSecurityException {
        return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(number(key, "n"), number(key, "e")));
    }

    private static PublicKey ec(JsonNode key) throws GeneralSecurityException {
        String curve = key.path("crv").asText("");
        String name = CURVES.get(curve);
        if (name == null) {
            throw new IllegalArgumentException("its curve is '" + curve + "', legal are P-256, P-384 and P-521");
        }
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec(name));
        return KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(
                        new ECPoint(number(key, "x"), number(key, "y")),
                        parameters.getParameterSpec(ECParameterSpec.class)));
    }

    private static BigInteger number(JsonNode key, String field) {
        byte[] bytes = Base64.getUrlDecoder().decode(key.path(field).asText(""));
        if (bytes.length == 0) {
            throw new IllegalArgumentException("'" + field + "' is missing");
        }
        return new BigInteger(1, bytes);
    }

    private @Nullable Long integer(JsonNode bundle, String field) throws CertificateException {
        JsonNode value = bundle.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.canConvertToLong() || !value.isIntegralNumber()) {
            throw refused("'" + field + "' is " + value + ", no integer");
        }
        return value.longValue();
    }

    private CertificateException refused(@Nullable String rule) {
        return new CertificateException("the bundle of trust domain '" + trustDomain + "' is refused: " + rule);
    }
}
