package dev.meshclient.spring.ssl;

import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.springframework.boot.jetty.JettyServerCustomizer;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/** The TLS of Jetty with the trust of the mesh, reloaded at each rotation: Boot reads the bundle once. */
final class JettyTls implements JettyServerCustomizer {
    private final String name;
    private final SslBundles bundles;

    JettyTls(String name, SslBundles bundles) {
        this.name = name;
        this.bundles = bundles;
    }

    @Override
    public void customize(Server server) {
        for (Connector connector : server.getConnectors()) {
            SslConnectionFactory tls = connector.getConnectionFactory(SslConnectionFactory.class);
            if (tls == null || SvidBundle.trustOf(tls.getSslContextFactory().getTrustStore()) == null) {
                continue;
            }
            for (ConnectionFactory http : connector.getConnectionFactories()) {
                if (http instanceof HttpConfiguration.ConnectionFactory configured) {
                    acceptAnyHost(configured.getHttpConfiguration());
                }
            }
            SslContextFactory.Server contexts = tls.getSslContextFactory();
            contexts.setSslContext(bundles.getBundle(name).createSslContext());
            bundles.addBundleUpdateHandler(name, updated -> reload(contexts, updated));
        }
    }

    /** A SPIFFE certificate names no host: Jetty would answer 400 (Invalid SNI) to each request. */
    private static void acceptAnyHost(HttpConfiguration http) {
        SecureRequestCustomizer secure = http.getCustomizer(SecureRequestCustomizer.class);
        if (secure != null) {
            secure.setSniHostCheck(false);
        }
    }

    private void reload(SslContextFactory.Server contexts, SslBundle updated) {
        try {
            contexts.reload(unchanged -> unchanged.setSslContext(updated.createSslContext()));
        } catch (Exception e) { // declared by Jetty
            throw new IllegalStateException(
                    "Jetty did not take the new certificate of the SSL bundle '" + name + "'", e);
        }
    }
}
