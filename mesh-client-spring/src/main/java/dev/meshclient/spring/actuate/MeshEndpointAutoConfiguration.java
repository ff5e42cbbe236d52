package dev.meshclient.spring.actuate;

import dev.meshclient.Mesh;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import dev.meshclient.spring.MeshClients;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** {@code /actuator/mesh}. It stays with {@code mesh.enabled=false}, and states that the mesh is off. */
@AutoConfiguration(after = MeshClientAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@EnableConfigurationProperties(MeshEndpointProperties.class)
final class MeshEndpointAutoConfiguration {
    MeshEndpointAutoConfiguration() {}

    @Bean
    @ConditionalOnAvailableEndpoint
    @ConditionalOnMissingBean(name = "meshEndpoint")
    MeshEndpoint meshEndpoint(
            ObjectProvider<Mesh> mesh,
            MeshClients clients,
            ListableBeanFactory beans,
            ObjectProvider<SanitizingFunction> functions,
            MeshEndpointProperties properties) {
        return new MeshEndpoint(mesh, clients, beans, functions, properties.showValues());
    }

    @Bean
    @ConditionalOnBean(MeshEndpoint.class)
    @ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
    MeshEndpointWebExtension meshEndpointWebExtension(MeshEndpoint endpoint, MeshEndpointProperties properties) {
        return new MeshEndpointWebExtension(endpoint, properties);
    }
}
