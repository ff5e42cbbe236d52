package dev.meshclient.spring.actuate;

import dev.meshclient.Mesh;
import dev.meshclient.spring.InboundAuthorization;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import dev.meshclient.spring.MeshClients;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** The health component {@code mesh}. It stays with {@code mesh.enabled=false}, and is up. */
@AutoConfiguration(after = MeshClientAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
public final class MeshHealthAutoConfiguration {
    MeshHealthAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = "meshHealthIndicator")
    @ConditionalOnEnabledHealthIndicator("mesh")
    MeshHealthIndicator meshHealthIndicator(
            ObjectProvider<Mesh> mesh, MeshClients clients, ObjectProvider<InboundAuthorization> inbound) {
        return new MeshHealthIndicator(mesh, clients, inbound);
    }
}
