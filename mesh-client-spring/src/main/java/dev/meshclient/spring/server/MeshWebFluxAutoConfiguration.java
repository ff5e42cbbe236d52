package dev.meshclient.spring.server;

import dev.meshclient.Mesh;
import dev.meshclient.spring.MeshAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.webflux.autoconfigure.WebHttpHandlerBuilderCustomizer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.web.server.WebFilter;

/** The filter for inbound requests of a WebFlux application. */
@AutoConfiguration(after = MeshAutoConfiguration.class)
@ConditionalOnClass({WebFilter.class, WebHttpHandlerBuilderCustomizer.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBooleanProperty(
        name = {"mesh.enabled", "mesh.server.enabled"},
        matchIfMissing = true)
@EnableConfigurationProperties(MeshServerProperties.class)
final class MeshWebFluxAutoConfiguration {
    MeshWebFluxAutoConfiguration() {}

    @Bean
    MeshWebFilter meshWebFilter(
            ObjectProvider<Mesh> mesh,
            MeshServerProperties properties,
            Environment environment,
            ApplicationContext application) {
        String path = PermittedPaths.joined(environment.getProperty("spring.webflux.base-path"));
        return new MeshWebFilter(
                new InboundDecisions(mesh::getObject, properties, environment, path),
                new PeerAddresses(environment),
                application);
    }

    @Bean
    WebHttpHandlerBuilderCustomizer meshReceivedRequests() {
        return server -> server.httpHandlerDecorator(MeshWebFilter::keepingRequests);
    }
}
