package dev.meshclient.spring.ssl;

import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.web.server.AbstractConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** The actuator's server on a port of its own, if it has the SSL bundle of the mesh: its context takes no customizers of the application. */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
@ConditionalOnBean(IdentityBundle.class)
@Import({MeshServerSslAutoConfiguration.OfTomcat.class, MeshServerSslAutoConfiguration.OfJetty.class})
final class MeshManagementSslConfiguration {
    MeshManagementSslConfiguration() {}

    /** Fails the start if there is no identity. */
    @Bean
    WebServerFactoryCustomizer<AbstractConfigurableWebServerFactory> meshIdentityOfManagementServer(
            IdentityBundle bundle) {
        return factory -> {
            if (MeshServerSslAutoConfiguration.isUsed(bundle, factory.getSsl())) {
                bundle.required();
            }
        };
    }
}
