package dev.meshclient.spring.ssl;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * The SSL bundle {@code mesh}, or with the name of {@code mesh.identity.publish-as}: the identity of this workload. It stays with
 * {@code mesh.enabled=false}: a server that presents it must start all the same. Another bundle with its name replaces it.
 */
@AutoConfiguration(after = SslAutoConfiguration.class)
@EnableConfigurationProperties(MeshSslProperties.class)
final class MeshSslAutoConfiguration {
    MeshSslAutoConfiguration() {}

    @Bean
    IdentityBundle meshIdentityBundle(
            MeshSslProperties properties, ConfigurableListableBeanFactory beans, Environment environment) {
        return new IdentityBundle(properties.publishAs(), beans, environment);
    }
}
