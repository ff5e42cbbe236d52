package dev.meshclient.spring.ssl;

import dev.meshclient.identity.SpiffeId;
import dev.meshclient.identity.Svid;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStore;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;

/**
 * One identity as an SSL bundle. Its managers verify peers as the mesh does. A key store cannot: any of its authorities vouches for any
 * name. So its trust store has the authorities of the own trust domain only, and servers that take stores get the trust manager by
 * {@link #trustOf}.
 */
final class SvidBundle {
    private static final String ALIAS = "workload";

    /** By the trust stores, which servers hand on unchanged. */
    private static final Map<KeyStore, X509ExtendedTrustManager> TRUST =
            Collections.synchronizedMap(new WeakHashMap<>());

    private SvidBundle() {}

    static SslBundle of(Svid svid, X509ExtendedTrustManager trust) throws GeneralSecurityException {
        PemSslStore own = PemSslStore.of(null, ALIAS, null, svid.chain(), svid.key());
        KeyStore authorities = store(svid.id(), svid.authorities());
        TRUST.put(authorities, trust);
        SslStoreBundle stores = SslStoreBundle.of(new PemSslStoreBundle(own, null).getKeyStore(), null, authorities);
        SslManagerBundle managers = SslManagerBundle.of(
                SslManagerBundle.from(stores, SslBundleKey.NONE).getKeyManagerFactory(),
                SslManagerBundle.from(trust).getTrustManagerFactory());
        return SslBundle.of(stores, null, null, null, managers);
    }

    /** What verifies the peers of a server with this trust store; null: the store is none of the mesh. */
    static @Nullable X509ExtendedTrustManager trustOf(@Nullable KeyStore trustStore) {
        return trustStore == null ? null : TRUST.get(trustStore);
    }

    /** Never null: without a trust store a server would trust the authorities of the JDK. */
    private static KeyStore store(@Nullable SpiffeId id, List<X509Certificate> authorities)
            throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new GeneralSecurityException("an empty key store cannot be made: " + e.getMessage(), e);
        }
        String owner = id == null ? "authority" : id.trustDomain();
        for (X509Certificate authority : authorities) {
            store.setCertificateEntry(owner + "-" + (store.size() + 1), authority);
        }
        return store;
    }
}
