package dev.meshclient.spring.actuate;

import dev.meshclient.Mesh;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import dev.meshclient.spring.MeshClients;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** The part {@code mesh} of {@code /actuator/info}. It stays with {@code mesh.enabled=false}, and states that the mesh is off. */
@AutoConfiguration(after = MeshClientAutoConfiguration.class)
@ConditionalOnClass({InfoContributor.class, ConditionalOnEnabledInfoContributor.class})
final class MeshInfoAutoConfiguration {
    MeshInfoAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = "meshInfoContributor")
    @ConditionalOnEnabledInfoContributor("mesh")
    MeshInfoContributor meshInfoContributor(ObjectProvider<Mesh> mesh, MeshClients clients) {
        return new MeshInfoContributor(
                mesh, clients, MeshInfoContributor.class.getPackage().getImplementationVersion());
    }
}
