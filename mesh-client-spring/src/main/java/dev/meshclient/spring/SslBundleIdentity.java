package dev.meshclient.spring;

import dev.meshclient.identity.Svid;
import dev.meshclient.identity.WorkloadIdentity;
import java.io.Closeable;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/** The certificate, the key and the authorities of an SSL bundle, and of each of its updates. */
record SslBundleIdentity(SslBundles bundles, String name) implements WorkloadIdentity {
    @Override
    public Closeable watch(Sink sink) {
        AtomicBoolean closed = new AtomicBoolean(); // Boot cannot remove a handler
        Object oneAtATime = new Object();
        bundles.addBundleUpdateHandler(name, updated -> {
            synchronized (oneAtATime) {
                if (!closed.get()) {
                    deliver(updated, sink);
                }
            }
        });
        synchronized (oneAtATime) {
            deliver(bundles.getBundle(name), sink);
        }
        return () -> closed.set(true);
    }

    private void deliver(SslBundle bundle, Sink sink) {
        Svid svid;
        try {
            svid = svid(bundle);
        } catch (GeneralSecurityException | RuntimeException e) { // a store may read files when it is asked for
            sink.failed(new IOException("the SSL bundle '" + name + "' has no usable identity: " + e.getMessage(), e));
            return;
        }
        sink.deliver(svid);
    }

    private static Svid svid(SslBundle bundle) throws GeneralSecurityException {
        KeyStore keys = bundle.getStores().getKeyStore();
        if (keys == null) {
            throw new GeneralSecurityException("it has no key store");
        }
        String alias = bundle.getKey().getAlias() != null ? bundle.getKey().getAlias() : onlyKey(keys);
        String password = bundle.getKey().getPassword() != null
                ? bundle.getKey().getPassword()
                : bundle.getStores().getKeyStorePassword();
        Certificate[] chain = keys.getCertificateChain(alias);
        if (chain == null
                || !(keys.getKey(alias, password == null ? null : password.toCharArray()) instanceof PrivateKey key)) {
            throw new GeneralSecurityException(
                    "its key store has no private key with certificates under '" + alias + "'");
        }
        List<X509Certificate> certificates = new ArrayList<>(x509(chain));
        X509Certificate last = certificates.get(certificates.size() - 1);
        if (certificates.size() > 1 && last.getIssuerX500Principal().equals(last.getSubjectX500Principal())) {
            certificates.remove(last); // peers have the root
        }
        return Svid.of(certificates, key, authorities(bundle.getStores().getTrustStore()));
    }

    private static String onlyKey(KeyStore keys) throws GeneralSecurityException {
        List<String> found = new ArrayList<>();
        for (String alias : Collections.list(keys.aliases())) {
            if (keys.isKeyEntry(alias)) {
                found.add(alias);
            }
        }
        if (found.size() != 1) {
            throw new GeneralSecurityException("its key store has " + found.size() + " private keys " + found
                    + "; state which one by key.alias of the bundle");
        }
        return found.get(0);
    }

    private static List<X509Certificate> authorities(@Nullable KeyStore trust) throws GeneralSecurityException {
        List<X509Certificate> authorities = new ArrayList<>();
        if (trust != null) {
            for (String alias : Collections.list(trust.aliases())) {
                authorities.addAll(x509(trust.getCertificate(alias)));
            }
        }
        return authorities;
    }

    private static List<X509Certificate> x509(Certificate... certificates) {
        return Arrays.stream(certificates).map(X509Certificate.class::cast).toList();
    }

    @Override
    public String toString() {
        return "SSL bundle '" + name + "'";
    }
}
