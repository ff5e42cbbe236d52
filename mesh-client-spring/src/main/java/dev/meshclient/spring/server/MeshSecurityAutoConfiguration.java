package dev.meshclient.spring.server;

import dev.meshclient.Mesh;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClients;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;

/**
 * What a {@code SecurityFilterChain} or {@code SecurityWebFilterChain} of the application can use. It stays with
 * {@code mesh.enabled=false}.
 */
@AutoConfiguration(after = MeshAutoConfiguration.class)
@ConditionalOnClass(RequestAuthorizationContext.class)
@ConditionalOnWebApplication
final class MeshSecurityAutoConfiguration {
    MeshSecurityAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    SpiffeIdPrincipalExtractor spiffeIdPrincipalExtractor(ObjectProvider<Mesh> mesh, Environment environment) {
        return new SpiffeIdPrincipalExtractor(new InboundPeers(mesh::getObject, environment));
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class OfServlets {
        @Bean
        @ConditionalOnMissingBean
        MeshAuthorizationManager meshAuthorizationManager(ObjectProvider<Mesh> mesh, Environment environment) {
            return new MeshAuthorizationManager(
                    mesh::getObject,
                    new InboundPeers(mesh::getObject, environment),
                    new PeerAddresses(environment),
                    MeshClients.areEnabled(environment));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class OfWebFlux {
        @Bean
        @ConditionalOnMissingBean
        MeshReactiveAuthorizationManager meshAuthorizationManager(ObjectProvider<Mesh> mesh, Environment environment) {
            return new MeshReactiveAuthorizationManager(
                    mesh::getObject,
                    new InboundPeers(mesh::getObject, environment),
                    new PeerAddresses(environment),
                    MeshClients.areEnabled(environment));
        }
    }
}
