package dev.meshclient.spring;

import dev.meshclient.Mesh;
import dev.meshclient.Workload;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** {@link MeshClient} on beans. It stays with {@code mesh.enabled=false}, and leaves them unchanged. */
@AutoConfiguration(after = MeshAutoConfiguration.class)
public final class MeshClientAutoConfiguration {
    MeshClientAutoConfiguration() {}

    @Bean
    static MeshClientPostProcessor meshClientPostProcessor(
            ConfigurableListableBeanFactory beans, ObjectProvider<Mesh> mesh, Environment environment) {
        return new MeshClientPostProcessor(beans, new AnnotatedClients(beans), mesh, environment);
    }

    @Bean
    MeshClientBeans meshClientBeans(ConfigurableListableBeanFactory beans, Environment environment) {
        return new MeshClientBeans(new AnnotatedClients(beans), environment);
    }

    @Bean
    static MeshStart meshStart(
            ConfigurableListableBeanFactory beans,
            MeshClientPostProcessor processor,
            ObjectProvider<Mesh> mesh,
            ObjectProvider<Workload> workload) {
        return new MeshStart(beans, new AnnotatedClients(beans), processor, mesh, workload);
    }
}
