package dev.meshclient.spring;

import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionSpec;
import okhttp3.OkHttpClient;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;

/** SSL bundles of Boot as the TLS of an OkHttp client. */
public final class OkHttpTls {
    private OkHttpTls() {}

    /**
     * Gives a client the certificate, trust, protocols and ciphers of a bundle, as they are now.
     *
     * @throws IllegalArgumentException if the bundle has no X.509 trust manager, or OkHttp does not know one of its protocols
     */
    public static void apply(SslBundle bundle, OkHttpClient.Builder client) {
        client.sslSocketFactory(bundle.createSslContext().getSocketFactory(), trust(bundle));
        SslOptions options = bundle.getOptions();
        if (options.isSpecified()) {
            ConnectionSpec.Builder tls = new ConnectionSpec.Builder(ConnectionSpec.MODERN_TLS);
            if (options.getEnabledProtocols() != null) {
                tls.tlsVersions(options.getEnabledProtocols());
            }
            if (options.getCiphers() != null) {
                tls.cipherSuites(options.getCiphers());
            }
            client.connectionSpecs(List.of(tls.build(), ConnectionSpec.CLEARTEXT));
        }
    }

    private static X509TrustManager trust(SslBundle bundle) {
        for (TrustManager trust : bundle.getManagers().getTrustManagers()) {
            if (trust instanceof X509TrustManager x509) {
                return x509;
            }
        }
        throw new IllegalArgumentException(
                "the SSL bundle has no X.509 trust manager, which OkHttp needs; state a trust store or trusted certificates");
    }

    /** The bundles, of which this property states one: the failure names the property if there is none of this name. */
    static SslBundles having(String name, String property, Supplier<SslBundles> bundles) {
        SslBundles all = bundles.get();
        if (!all.getBundleNames().contains(name)) {
            throw PropertiesMapping.refused(
                    property, name, "there is no such SSL bundle; there are " + all.getBundleNames());
        }
        return all;
    }
}
