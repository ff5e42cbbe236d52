package dev.meshclient.identity;

import dev.meshclient.internal.pem.PemText;
import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.spec.PKCS8EncodedKeySpec;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.jspecify.annotations.Nullable;

/** Reads private keys in PEM, by BouncyCastle. The results are the JDK's own keys, and no security provider is registered. */
final class PemKeys {
    private PemKeys() {}

    /**
     * The first private key of a text: PKCS#8, PKCS#1 or SEC1, encrypted or not.
     *
     * @param password null if there is none
     * @param what the name of the text, for messages, which never show its content
     */
    static PrivateKey privateKey(String pem, char @Nullable [] password, String what) throws CertificateException {
        try (PEMParser parser = new PEMParser(new StringReader(PemText.plain(pem, what)))) {
            for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                PrivateKeyInfo key = keyIn(object, password, what);
                if (key != null) {
                    return toJdk(key, what);
                }
            }
        } catch (PKCSException | OperatorCreationException | IOException | RuntimeException e) {
            throw new CertificateException(
                    password == null
                            ? what + " breaks off or is damaged"
                            : what + " cannot be decrypted: the password is wrong, or the file is damaged",
                    e);
        }
        throw new CertificateException(what + " holds no private key in PEM (-----BEGIN PRIVATE KEY-----)");
    }

    private static @Nullable PrivateKeyInfo keyIn(Object object, char @Nullable [] password, String what)
            throws CertificateException, IOException, PKCSException, OperatorCreationException {
        if (object instanceof PrivateKeyInfo plain) {
            return plain;
        }
        if (object instanceof PEMKeyPair pair) {
            return pair.getPrivateKeyInfo();
        }
        if (!(object instanceof PKCS8EncryptedPrivateKeyInfo) && !(object instanceof PEMEncryptedKeyPair)) {
            return null;
        }
        if (password == null) {
            throw new CertificateException(what + " is encrypted and no password is given: set withKeyPassword(...),"
                    + " in Spring Boot key-password beside directory");
        }
        BouncyCastleProvider ciphers = new BouncyCastleProvider();
        if (object instanceof PKCS8EncryptedPrivateKeyInfo encrypted) {
            return encrypted.decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
                    .setProvider(ciphers)
                    .build(password));
        }
        return ((PEMEncryptedKeyPair) object)
                .decryptKeyPair(new JcePEMDecryptorProviderBuilder()
                        .setProvider(ciphers)
                        .build(password))
                .getPrivateKeyInfo();
    }

    private static PrivateKey toJdk(PrivateKeyInfo key, String what) throws CertificateException {
        ASN1ObjectIdentifier type = key.getPrivateKeyAlgorithm().getAlgorithm();
        String algorithm = type.equals(PKCSObjectIdentifiers.rsaEncryption)
                ? "RSA"
                : type.equals(PKCSObjectIdentifiers.id_RSASSA_PSS)
                        ? "RSASSA-PSS"
                        : type.equals(X9ObjectIdentifiers.id_ecPublicKey)
                                ? "EC"
                                : type.equals(EdECObjectIdentifiers.id_Ed25519) ? "Ed25519" : "";
        if (algorithm.isEmpty()) {
            throw new CertificateException(
                    what + " holds a key of type " + type + "; RSA, EC and Ed25519 keys are supported");
        }
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateException(what + " holds a key that this JDK refuses: " + e.getMessage(), e);
        }
    }
}
