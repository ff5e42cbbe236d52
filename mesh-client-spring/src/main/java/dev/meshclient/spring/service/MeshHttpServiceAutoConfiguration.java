package dev.meshclient.spring.service;

import dev.meshclient.Mesh;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;

/** HTTP interfaces in the mesh. With {@code mesh.enabled=false} they keep their base URLs and use plain clients. */
@AutoConfiguration(after = MeshClientAutoConfiguration.class)
@ConditionalOnClass(RestClientHttpServiceGroupConfigurer.class)
public final class MeshHttpServiceAutoConfiguration {
    MeshHttpServiceAutoConfiguration() {}

    @Bean
    static MeshGroups meshHttpServiceGroups(ConfigurableListableBeanFactory beans, Environment environment) {
        return new MeshGroups(beans, environment);
    }

    @Bean
    RestClientHttpServiceGroupConfigurer meshRestClientGroups(
            ListableBeanFactory beans, MeshGroups groups, ObjectProvider<Mesh> mesh) {
        return new RestClientGroups(beans, groups, mesh);
    }
}
