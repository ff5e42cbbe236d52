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
import org.springframework.core.env.Environment;
import org.springframework.security.web.server.authorization.AuthorizationContext;
import org.springframework.web.server.WebFilter;

/** What a {@code SecurityWebFilterChain} of the application can use. It stays with {@code mesh.enabled=false}. */
@AutoConfiguration(after = MeshAutoConfiguration.class)
@ConditionalOnClass({WebFilter.class, AuthorizationContext.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
final class MeshReactiveSecurityAutoConfiguration {
    MeshReactiveSecurityAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    SpiffeIdPrincipalExtractor spiffeIdPrincipalExtractor() {
        return new SpiffeIdPrincipalExtractor();
    }

    @Bean
    @ConditionalOnMissingBean
    MeshReactiveAuthorizationManager meshAuthorizationManager(ObjectProvider<Mesh> mesh, Environment environment) {
        return new MeshReactiveAuthorizationManager(
                mesh::getObject, new PeerAddresses(environment), MeshClients.areEnabled(environment));
    }
}
