package dev.meshclient.spring.ssl;

import org.apache.catalina.startup.Tomcat;
import org.eclipse.jetty.server.Server;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.boot.jetty.JettyWebServerFactory;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.AbstractConfigurableWebServerFactory;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Servers with the SSL bundle of the mesh. */
@AutoConfiguration(after = MeshSslAutoConfiguration.class)
@ConditionalOnClass(WebServerFactoryCustomizer.class)
final class MeshServerSslAutoConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.spring");

    MeshServerSslAutoConfiguration() {}

    /** Fails the start if there is no identity, and warns if no certificate of a caller is requested. */
    @Bean
    WebServerFactoryCustomizer<AbstractConfigurableWebServerFactory> meshIdentityOfServer(IdentityBundle bundle) {
        return factory -> {
            if (isUsed(bundle, factory.getSsl())) {
                bundle.required();
                warnOfClients(factory.getSsl());
            }
        };
    }

    private static void warnOfClients(@Nullable Ssl ssl) {
        if (ssl != null && ssl.getClientAuth() == null) {
            LOG.warn(
                    "server.ssl.bundle={}, but server.ssl.client-auth is not stated: the server requests no certificate, and"
                            + " no caller has an identity; state need, want or none",
                    ssl.getBundle());
        }
    }

    static boolean isUsed(IdentityBundle bundle, @Nullable Ssl ssl) {
        return ssl != null
                && Ssl.isEnabled(ssl)
                && (bundle.isOfMesh(ssl.getBundle())
                        || ssl.getServerNameBundles().stream().anyMatch(named -> bundle.isOfMesh(named.bundle())));
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Tomcat.class, ConfigurableTomcatWebServerFactory.class})
    static class OfTomcat {
        @Bean
        WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> meshTrustOfTomcat() {
            return factory -> factory.addConnectorCustomizers(TomcatTls::customize);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Server.class, ConfigurableJettyWebServerFactory.class})
    static class OfJetty {
        @Bean
        WebServerFactoryCustomizer<JettyWebServerFactory> meshTrustOfJetty(IdentityBundle bundle) {
            return factory -> {
                SslBundles bundles = factory.getSslBundles();
                if (bundles != null && isUsed(bundle, factory.getSsl())) {
                    factory.addServerCustomizers(new JettyTls(bundle.name(), bundles));
                }
            };
        }
    }
}
