package dev.meshclient.spring.server;

import dev.meshclient.Mesh;
import dev.meshclient.spring.MeshAutoConfiguration;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.webflux.autoconfigure.WebHttpHandlerBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.web.server.WebFilter;

/** The filter for inbound requests of a WebFlux application. Whether it is on is decided at run time, by {@link InboundDecisions}. */
@AutoConfiguration(after = MeshAutoConfiguration.class)
@ConditionalOnClass({WebFilter.class, WebHttpHandlerBuilderCustomizer.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@EnableConfigurationProperties(MeshServerProperties.class)
final class MeshWebFluxAutoConfiguration {
    MeshWebFluxAutoConfiguration() {}

    @Bean
    MeshWebFilter meshWebFilter(
            ObjectProvider<Mesh> mesh, MeshServerProperties properties, Environment environment, BeanFactory beans) {
        String path = PermittedPaths.joined(environment.getProperty("spring.webflux.base-path"));
        return new MeshWebFilter(
                new InboundDecisions(
                        mesh::getObject, properties, environment, path, beans.containsBean(PermittedPaths.HEALTH)),
                new InboundPeers(mesh::getObject, environment),
                new PeerAddresses(environment));
    }

    @Bean
    WebHttpHandlerBuilderCustomizer meshReceivedRequests() {
        return server -> server.httpHandlerDecorator(ReceivedRequest::keeping);
    }
}
