package dev.meshclient.spring;

import dev.meshclient.Mesh;
import dev.meshclient.Workload;
import dev.meshclient.identity.TokenSource;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.telemetry.CallObserver;
import dev.meshclient.telemetry.MeshListener;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/**
 * The mesh of the application, from {@code mesh.*} and from beans of the types {@link PolicySource}, {@link WorkloadIdentity},
 * {@link TokenSource} (by the name of the bean), {@link Workload}, {@link MeshListener}, {@link CallObserver.Factory} and
 * {@link MeshBuilderCustomizer}. A bean of type {@link Mesh} replaces it.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "mesh.enabled", matchIfMissing = true)
@EnableConfigurationProperties(MeshProperties.class)
@Import({MeshShutdown.class, MeshIdentityAutoConfiguration.class})
public final class MeshAutoConfiguration {
    MeshAutoConfiguration() {}

    @Bean
    @Lazy
    @ConditionalOnMissingBean({Workload.class, Mesh.class})
    Workload meshWorkload(MeshProperties properties, Environment environment) {
        return PropertiesMapping.workload(
                properties, environment.getProperty("spring.application.name"), Workload::fromEnvironment);
    }

    /** Lazy: conditions of an AOT jar are those of its build, and {@link MeshStart} sees that the mesh is off at run time. */
    @Bean(destroyMethod = "") // MeshShutdown closes it
    @Lazy
    @ConditionalOnMissingBean
    Mesh mesh(
            MeshProperties properties,
            Workload workload,
            ConfigurableListableBeanFactory beans,
            MeshShutdown shutdown) {
        MeshPreloading.await();
        Mesh.Builder mesh = Mesh.builder();
        PropertiesMapping.apply(properties, () -> beans.getBean(SslBundles.class), mesh.workload(workload));
        new AnnotatedClients(beans).claim(mesh);
        mesh.policy(new PolicySelection(properties, beans).source(workload.service()));
        beans.getBeanProvider(WorkloadIdentity.class).ifAvailable(mesh::identity);
        PropertiesMapping.tokens(beans.getBeansOfType(TokenSource.class), properties, mesh);
        beans.getBeanProvider(MeshListener.class).orderedStream().forEach(mesh::listener);
        beans.getBeanProvider(CallObserver.Factory.class).orderedStream().forEach(mesh::observer);
        beans.getBeanProvider(MeshBuilderCustomizer.class).orderedStream().forEach(all -> all.customize(mesh));
        return shutdown.of(built(mesh));
    }

    /** What no property caused: an older OkHttp, the variable MESH_OVERRIDE, a registry with the metrics of another mesh. */
    private static Mesh built(Mesh.Builder mesh) {
        try {
            return mesh.build();
        } catch (IllegalArgumentException | IllegalStateException e) {
            MeshConfigurationException refused = new MeshConfigurationException(
                    "The mesh cannot start: " + e.getMessage(),
                    "Correct that. To start without the mesh, set mesh.enabled=false: annotated clients are then plain clients.");
            refused.initCause(e);
            throw refused;
        }
    }
}
