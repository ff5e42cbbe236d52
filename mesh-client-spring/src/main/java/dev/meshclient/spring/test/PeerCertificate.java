package dev.meshclient.spring.test;

import dev.meshclient.identity.SpiffeId;
import dev.meshclient.spring.TestPeers;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A self-signed certificate with a SPIFFE ID, as the server has it of a peer after the handshake. No server would accept it in one. */
final class PeerCertificate {
    private static final Date FROM = Date.from(Instant.parse("2020-01-01T00:00:00Z"));
    private static final Date TO = Date.from(Instant.parse("2120-01-01T00:00:00Z"));

    private PeerCertificate() {}

    /** @throws IllegalArgumentException if it is no SPIFFE ID */
    static X509Certificate of(String spiffeId) {
        String id = SpiffeId.parse(spiffeId).toString();
        try {
            KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
            keys.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = keys.generateKeyPair();
            X500Principal name = new X500Principal("CN=peer of a test");
            var certificate = new JcaX509v3CertificateBuilder(name, BigInteger.ONE, FROM, TO, name, pair.getPublic());
            certificate.addExtension(
                    Extension.subjectAlternativeName,
                    true,
                    new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, id)));
            X509Certificate made = new JcaX509CertificateConverter()
                    .getCertificate(
                            certificate.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
            TestPeers.add(made);
            return made;
        } catch (GeneralSecurityException | CertIOException | OperatorCreationException e) {
            throw new IllegalStateException("no certificate can be made for " + id, e);
        }
    }
}
