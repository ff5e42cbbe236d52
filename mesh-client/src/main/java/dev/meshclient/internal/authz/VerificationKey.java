package dev.meshclient.internal.authz;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A public key of an issuer. The key states which algorithms it verifies; the token only selects one of them.
 *
 * @param id its {@code kid}; null: it has none
 */
record VerificationKey(@Nullable String id, Set<JWSAlgorithm> algorithms, JWSVerifier verifier) {
    private static final int MIN_RSA_BITS = 2048;
    private static final int MAX_KEYS = 100;
    private static final Set<JWSAlgorithm> RSA = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512);

    /** The keys of a set that verify signatures; other keys are ignored. */
    static List<VerificationKey> of(JWKSet set) {
        List<VerificationKey> keys = new ArrayList<>();
        for (JWK jwk : set.getKeys()) {
            VerificationKey key = keys.size() < MAX_KEYS && isForSignatures(jwk) ? of(jwk) : null;
            if (key != null) {
                keys.add(key);
            }
        }
        return List.copyOf(keys);
    }

    private static boolean isForSignatures(JWK jwk) {
        Set<KeyOperation> operations = jwk.getKeyOperations();
        return (jwk.getKeyUse() == null || KeyUse.SIGNATURE.equals(jwk.getKeyUse()))
                && (operations == null || operations.contains(KeyOperation.VERIFY));
    }

    private static @Nullable VerificationKey of(JWK jwk) {
        try {
            if (jwk instanceof RSAKey rsa && rsa.size() >= MIN_RSA_BITS) {
                return of(jwk, RSA, new RSASSAVerifier(rsa.toRSAPublicKey()));
            }
            if (jwk instanceof ECKey ec) {
                JWSVerifier verifier = new ECDSAVerifier(ec.toECPublicKey());
                return of(jwk, Set.copyOf(verifier.supportedJWSAlgorithms()), verifier);
            }
            return null;
        } catch (JOSEException e) {
            return null; // this JDK does not support the curve
        }
    }

    private static @Nullable VerificationKey of(JWK jwk, Set<JWSAlgorithm> ofType, JWSVerifier verifier) {
        if (jwk.getAlgorithm() == null) {
            return new VerificationKey(jwk.getKeyID(), ofType, verifier);
        }
        JWSAlgorithm only = JWSAlgorithm.parse(jwk.getAlgorithm().getName());
        return ofType.contains(only) ? new VerificationKey(jwk.getKeyID(), Set.of(only), verifier) : null;
    }
}
