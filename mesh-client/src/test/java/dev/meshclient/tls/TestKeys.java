package dev.meshclient.tls;

import dev.meshclient.identity.Svid;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/** The certificate of a client that is not ours. */
final class TestKeys {
    private TestKeys() {}

    static KeyManager[] of(Svid svid) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("own", svid.key(), new char[0], svid.chain().toArray(X509Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(keys, new char[0]);
        return factory.getKeyManagers();
    }
}
