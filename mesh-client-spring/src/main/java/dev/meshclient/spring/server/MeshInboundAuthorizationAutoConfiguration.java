package dev.meshclient.spring.server;

import dev.meshclient.Mesh;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClients;
import dev.meshclient.spring.server.MeshServerProperties.AuthorizationMode;
import java.time.Duration;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Waits for the identity, and warns if the mode of authorization does not fit the policy. Whether the mesh is on is decided at run time, for an AOT jar. */
@AutoConfiguration(after = MeshAutoConfiguration.class)
@ConditionalOnWebApplication
@EnableConfigurationProperties(MeshServerProperties.class)
final class MeshInboundAuthorizationAutoConfiguration {
    MeshInboundAuthorizationAutoConfiguration() {}

    @Bean
    InboundAuthorizationCheck meshInboundAuthorization(
            ObjectProvider<Mesh> mesh,
            MeshServerProperties properties,
            Environment environment,
            ListableBeanFactory beans) {
        return new InboundAuthorizationCheck(
                () -> MeshClients.areEnabled(environment) ? mesh.getIfAvailable() : null,
                properties,
                beans.containsBean("meshAuthorizationManager"),
                asksForCertificates(environment));
    }

    /** Where no client presents a certificate, or none is checked, the start does not wait. */
    @Bean
    AwaitedIdentity meshAwaitedIdentity(
            ObjectProvider<Mesh> mesh, MeshServerProperties properties, Environment environment) {
        boolean needed = properties.enabled()
                && properties.authorization() != AuthorizationMode.OFF
                && asksForCertificates(environment);
        return new AwaitedIdentity(
                () -> needed && MeshClients.areEnabled(environment) ? mesh.getIfAvailable() : null,
                Binder.get(environment)
                        .bind("mesh.initial-fetch-timeout", Duration.class)
                        .orElse(Duration.ofSeconds(5)));
    }

    private static boolean asksForCertificates(Environment environment) {
        String clients = environment.getProperty("server.ssl.client-auth", "none");
        return clients.equalsIgnoreCase("need") || clients.equalsIgnoreCase("want");
    }
}
