package dev.meshclient.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Mesh;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshBuilderCustomizer;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import dev.meshclient.telemetry.MeshMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class MeshMetricsAutoConfigurationTest {
    private static final String SERIES = "mesh.policy.age"; // it appears with the mesh

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MeshAutoConfiguration.class, MeshClientAutoConfiguration.class, MeshMetricsAutoConfiguration.class))
            .withBean(PolicySource.class, () -> PolicySource.of("""
                    {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop"}, "services": {}}"""))
            .withPropertyValues("mesh.snapshot.enabled=false");

    private final ApplicationContextRunner withRegistry =
            runner.withBean("registry", MeterRegistry.class, () -> registry);

    @Test
    void the_mesh_uses_the_registry_of_the_application() {
        withRegistry.run(context -> assertThat(registry.find(SERIES).gauge()).isNotNull());
    }

    @Test
    void without_a_registry_or_with_several_the_mesh_counts_nothing() {
        runner.run(context -> assertThat(context).hasNotFailed().hasSingleBean(Mesh.class));
        withRegistry
                .withBean("other", MeterRegistry.class, SimpleMeterRegistry::new)
                .run(context -> {
                    assertThat(context).hasNotFailed().hasSingleBean(Mesh.class);
                    assertThat(registry.getMeters()).isEmpty();
                });
    }

    @Test
    void a_primary_registry_is_used_of_several() {
        withRegistry
                .withBean(
                        "primary",
                        MeterRegistry.class,
                        SimpleMeterRegistry::new,
                        definition -> definition.setPrimary(true))
                .run(context -> {
                    assertThat(registry.getMeters()).isEmpty();
                    assertThat(context.getBean(MeterRegistry.class).find(SERIES).gauge())
                            .isNotNull();
                });
    }

    @Test
    void a_bean_of_the_application_replaces_the_settings() {
        withRegistry
                .withBean(MeshMetrics.class, () -> MeshMetrics.bindTo(registry).withMesh("billing"))
                .run(context -> assertThat(
                                registry.find(SERIES).tag("mesh", "billing").gauge())
                        .isNotNull());
    }

    @Test
    void a_customizer_has_the_last_word() {
        SimpleMeterRegistry other = new SimpleMeterRegistry();
        withRegistry
                .withBean(MeshBuilderCustomizer.class, () -> mesh -> mesh.metrics(other))
                .run(context -> {
                    assertThat(registry.getMeters()).isEmpty();
                    assertThat(other.find(SERIES).gauge()).isNotNull();
                });
    }

    @Test
    void a_property_switches_them_off() {
        withRegistry.withPropertyValues("mesh.metrics.enabled=false").run(context -> assertThat(registry.getMeters())
                .isEmpty());
    }

    @Test
    void the_application_starts_without_the_mesh_and_without_micrometer() {
        withRegistry.withPropertyValues("mesh.enabled=false").run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(registry.getMeters()).isEmpty();
        });
        runner.withClassLoader(new FilteredClassLoader(MeterRegistry.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(MeshBuilderCustomizer.class));
    }

    @Test
    void a_property_with_a_bad_value_ends_the_start() {
        withRegistry
                .withPropertyValues("mesh.metrics.istio-names=perhaps")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("perhaps"));
    }
}
