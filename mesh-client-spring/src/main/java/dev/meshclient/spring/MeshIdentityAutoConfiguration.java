package dev.meshclient.spring;

import dev.meshclient.identity.WorkloadIdentity;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/**
 * The identity of this workload, from {@code mesh.identity}. A bean of type {@link WorkloadIdentity} replaces it. It stays with
 * {@code mesh.enabled=false}: a server that presents it must start all the same.
 */
@AutoConfiguration
@EnableConfigurationProperties(MeshProperties.IdentityProperties.class)
public final class MeshIdentityAutoConfiguration {
    MeshIdentityAutoConfiguration() {}

    /** Null: none is stated. */
    @Bean
    @Lazy
    @ConditionalOnMissingBean
    @Nullable
    WorkloadIdentity meshIdentity(MeshProperties.IdentityProperties stated, ObjectProvider<SslBundles> sslBundles) {
        return PropertiesMapping.identity("mesh.identity", stated, sslBundles::getObject);
    }
}
