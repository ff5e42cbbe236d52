package dev.meshclient.internal.authz;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.JwtProvider;
import java.util.Arrays;
import java.util.Date;
import java.util.List;

/** Issues tokens with a key made for the test. */
final class TestIssuer {
    static final String ISSUER = "https://id.shop.example";

    final ECKey key;

    TestIssuer(String kid) {
        try {
            this.key = new ECKeyGenerator(Curve.P_256).keyID(kid).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Good for a minute, for {@code orders}. */
    static JWTClaimsSet.Builder claims(Time time) {
        return new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .subject("ann")
                .audience("orders")
                .expirationTime(Date.from(time.wall().instant().plusSeconds(60)));
    }

    String token(JWTClaimsSet claims) {
        return token("JWT", claims);
    }

    String token(String type, JWTClaimsSet claims) {
        try {
            return signed(
                    new JWSHeader.Builder(JWSAlgorithm.ES256)
                            .keyID(key.getKeyID())
                            .type(new JOSEObjectType(type))
                            .build(),
                    claims,
                    new ECDSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static String signed(JWSHeader header, JWTClaimsSet claims, JWSSigner signer) throws JOSEException {
        SignedJWT jwt = new SignedJWT(header, claims);
        jwt.sign(signer);
        return jwt.serialize();
    }

    static String jwks(JWK... keys) {
        return new JWKSet(Arrays.stream(keys).map(JWK::toPublicJWK).toList()).toString();
    }

    /** Its keys are in the document. */
    JwtProvider inline(List<String> audiences) {
        return new JwtProvider(ISSUER, audiences, null, jwks(key), null, null);
    }

    static JwtProvider remote() {
        return new JwtProvider(ISSUER, List.of("orders"), "https://id.shop.example/jwks", null, null, null);
    }
}
