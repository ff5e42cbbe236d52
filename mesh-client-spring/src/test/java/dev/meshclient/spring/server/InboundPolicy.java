package dev.meshclient.spring.server;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/**
 * A policy for the service {@code reviews}: the storefront may send all requests, and a user with a token may read; all but the
 * storefront may call {@code /others} and {@code /denied}, which no controller has.
 */
final class InboundPolicy {
    static final String STOREFRONT = "spiffe://shop.example/ns/prod/sa/storefront";
    static final String OTHER = "spiffe://shop.example/ns/prod/sa/other";

    private final KeyPair keys;

    InboundPolicy() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            keys = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param orders the port of the service that {@code reviews} calls */
    String document(int orders) {
        ECPublicKey key = (ECPublicKey) keys.getPublic();
        return """
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": 1},
                 "jwtProviders": {"corp": {"issuer": "https://id", "jwks": {"keys": [
                   {"kty": "EC", "crv": "P-256", "x": "%1$s", "y": "%2$s"}]}}},
                 "services": {
                   "orders": {"hosts": ["orders"], "endpoints": [{"address": "127.0.0.1", "port": %3$d}]},
                   "reviews": {"hosts": ["reviews"], "requestAuthentication": {"provider": "corp"}, "authorization": [
                     {"name": "storefront", "action": "ALLOW", "rules": [
                       {"from": [{"source": {"principals": ["%4$s"]}}], "to": [
                         {"operation": {"paths": ["/api/*"], "notPaths": ["/api/host"]}},
                         {"operation": {"paths": ["/api/host"], "hosts": ["127.0.0.1"]}}]}]},
                     {"name": "users", "action": "ALLOW", "rules": [
                       {"from": [{"source": {"requestPrincipals": ["*"]}}],
                        "to": [{"operation": {"methods": ["GET"], "paths": ["/api/*"]}}]}]},
                     {"name": "others", "action": "ALLOW", "rules": [
                       {"from": [{"source": {"notPrincipals": ["%4$s"]}}], "to": [{"operation": {"paths": ["/others"]}}]}]},
                     {"name": "all", "action": "ALLOW", "rules": [{"to": [{"operation": {"paths": ["/denied"]}}]}]},
                     {"name": "denied", "action": "DENY", "rules": [
                       {"from": [{"source": {"principals": ["%4$s"]}}], "to": [{"operation": {"paths": ["/denied"]}}]}]}]}}}
                """.formatted(text(key.getW().getAffineX()), text(key.getW().getAffineY()), orders, STOREFRONT);
    }

    String token(String subject) {
        String signed = text("{\"alg\":\"ES256\"}") + "."
                + text("{\"iss\":\"https://id\",\"aud\":\"reviews\",\"sub\":\"" + subject + "\",\"exp\":4102444800}");
        try {
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(keys.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.US_ASCII));
    }

    /** A coordinate, in 32 bytes. */
    private static String text(BigInteger coordinate) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = coordinate.shiftRight(8 * (31 - i)).byteValue();
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
