package dev.meshclient.spring.server;

import dev.meshclient.Mesh;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClients;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Warns if the mode of authorization does not fit the policy. */
@AutoConfiguration(after = MeshAutoConfiguration.class)
@ConditionalOnWebApplication
@ConditionalOnBooleanProperty(
        name = {"mesh.enabled", "mesh.server.enabled"},
        matchIfMissing = true)
@EnableConfigurationProperties(MeshServerProperties.class)
final class MeshInboundAuthorizationAutoConfiguration {
    MeshInboundAuthorizationAutoConfiguration() {}

    @Bean
    InboundAuthorizationCheck meshInboundAuthorization(
            ObjectProvider<Mesh> mesh,
            ObjectProvider<MeshClients> clients,
            MeshServerProperties properties,
            ListableBeanFactory beans) {
        return new InboundAuthorizationCheck(
                () -> {
                    MeshClients enabled = clients.getIfAvailable();
                    return enabled != null && enabled.isEnabled() && properties.enabled()
                            ? mesh.getIfAvailable()
                            : null;
                },
                properties.authorization(),
                beans.containsBean("meshAuthorizationManager"));
    }
}
