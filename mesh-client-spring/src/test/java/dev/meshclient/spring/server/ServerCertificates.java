package dev.meshclient.spring.server;

import dev.meshclient.identity.Svid;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.spring.LongWait;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslStoreBundle;

/** An authority that signs the certificates of a server and of its clients. */
final class ServerCertificates {
    private static final String PASSWORD = "changeit";
    private static final X500Name ISSUER = new X500Name("CN=authority");

    private final KeyPair keys = keys();
    private final X509Certificate root = sign(ISSUER, keys, true);

    /** For the server on 127.0.0.1, which trusts this authority and these. */
    SslBundle server(ServerCertificates... others) {
        KeyStore trusted = trusted();
        try {
            for (ServerCertificates other : others) {
                trusted.setCertificateEntry("other " + trusted.size(), other.root);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return SslBundle.of(SslStoreBundle.of(store("spiffe://shop.example/reviews"), PASSWORD, trusted));
    }

    /** The identity of the service on that server; it trusts this authority alone. */
    WorkloadIdentity identity() {
        KeyPair own = keys();
        X509Certificate leaf = sign(new X500Name("CN=workload"), own, false, "spiffe://shop.example/reviews");
        try {
            return WorkloadIdentity.of(Svid.of(List.of(leaf), own.getPrivate(), List.of(root)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A client whose certificate has these URIs; without any it has no certificate. */
    OkHttpClient client(String... uris) {
        return clientOf(this, uris);
    }

    /** A client with a certificate of this authority, of a server of another. */
    OkHttpClient clientOf(ServerCertificates server, String... uris) {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(server.trusted());
            KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(uris.length == 0 ? null : store(uris), PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
            return LongWait.client()
                    .sslSocketFactory(context.getSocketFactory(), (X509TrustManager) trust.getTrustManagers()[0])
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    X509Certificate leaf(String... uris) {
        return sign(new X500Name("CN=workload"), keys(), false, uris);
    }

    private KeyStore store(String... uris) {
        KeyPair own = keys();
        X509Certificate leaf = sign(new X500Name("CN=workload"), own, false, uris);
        return store(own.getPrivate(), leaf, root);
    }

    private KeyStore trusted() {
        return store(null, root);
    }

    private static KeyStore store(@Nullable PrivateKey key, Certificate... chain) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            if (key == null) {
                store.setCertificateEntry("root", chain[0]);
            } else {
                store.setKeyEntry("own", key, PASSWORD.toCharArray(), chain);
            }
            return store;
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair keys() {
        try {
            return KeyPairGenerator.getInstance("EC").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate sign(X500Name subject, KeyPair own, boolean authority, String... uris) {
        try {
            Instant now = Instant.now();
            JcaX509v3CertificateBuilder certificate = new JcaX509v3CertificateBuilder(
                    ISSUER,
                    BigInteger.valueOf(now.toEpochMilli() + own.hashCode()),
                    Date.from(now.minus(Duration.ofMinutes(5))),
                    Date.from(now.plus(Duration.ofDays(1))),
                    subject,
                    own.getPublic());
            certificate.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            certificate.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(authority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
            Stream<GeneralName> names = Stream.concat(
                    Stream.of(new GeneralName(GeneralName.iPAddress, "127.0.0.1")),
                    Stream.of(uris).map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
            certificate.addExtension(
                    Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            certificate.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        } catch (Exception e) {
            throw new IllegalStateException("no certificate", e);
        }
    }
}
