package dev.meshclient.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;

/** Whether a private key belongs to a certificate: the certificate must verify a signature of the key. */
final class KeyPairs {
    private static final byte[] PROBE = "mesh-client".getBytes(StandardCharsets.UTF_8);

    private KeyPairs() {}

    static void check(List<X509Certificate> chain, PrivateKey key) throws CertificateException {
        if (chain.isEmpty()) {
            throw new CertificateException("the certificate chain is empty");
        }
        X509Certificate leaf = chain.get(0);
        byte[] signed = signed(key);
        if (fits(leaf.getPublicKey(), key, signed)) {
            return;
        }
        for (int i = 1; i < chain.size(); i++) {
            if (fits(chain.get(i).getPublicKey(), key, signed)) {
                throw new CertificateException("the private key belongs to certificate " + (i + 1) + " of the chain, '"
                        + chain.get(i).getSubjectX500Principal() + "': the own certificate must come first");
            }
        }
        throw new CertificateException(
                "the private key (" + key.getAlgorithm() + ") does not belong to the certificate '"
                        + leaf.getSubjectX500Principal() + "', serial "
                        + leaf.getSerialNumber().toString(16) + " ("
                        + leaf.getPublicKey().getAlgorithm() + ")");
    }

    private static byte[] signed(PrivateKey key) throws CertificateException {
        try {
            Signature signing = signature(key.getAlgorithm());
            signing.initSign(key);
            signing.update(PROBE);
            return signing.sign();
        } catch (NoSuchAlgorithmException e) {
            throw new CertificateException("private keys of type '" + key.getAlgorithm() + "' are not supported", e);
        } catch (GeneralSecurityException e) {
            throw new CertificateException(
                    "this JDK cannot sign with the private key (" + key.getAlgorithm() + "): " + e.getMessage()
                            + "; RSA, P-256, P-384, P-521 and Ed25519 keys are supported",
                    e);
        }
    }

    private static boolean fits(PublicKey certified, PrivateKey key, byte[] signed) {
        try {
            Signature verifying = signature(key.getAlgorithm());
            verifying.initVerify(certified);
            verifying.update(PROBE);
            return verifying.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // the key types or curves differ
        }
    }

    private static Signature signature(String keyAlgorithm) throws GeneralSecurityException {
        return switch (keyAlgorithm) {
            case "RSA" -> Signature.getInstance("SHA256withRSA");
            case "EC" -> Signature.getInstance("SHA256withECDSA");
            case "RSASSA-PSS" -> pss();
            default -> Signature.getInstance(keyAlgorithm); // Ed25519, Ed448, EdDSA
        };
    }

    private static Signature pss() throws GeneralSecurityException {
        Signature pss = Signature.getInstance("RSASSA-PSS");
        pss.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        return pss;
    }
}
