package dev.meshclient.spring.actuate;

import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshBuilderCustomizer;
import dev.meshclient.telemetry.MeshMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * The metrics of the mesh in the {@code MeterRegistry} of the application, if there is one or a primary one. A bean of type
 * {@code MeshMetrics} replaces its settings, a {@link MeshBuilderCustomizer} has the last word.
 */
@AutoConfiguration(before = MeshAutoConfiguration.class)
@ConditionalOnClass(MeterRegistry.class)
@EnableConfigurationProperties(MeshMetricsProperties.class)
final class MeshMetricsAutoConfiguration {
    MeshMetricsAutoConfiguration() {}

    /** First, so that customizers of the application come later. The registry is looked up when the mesh is made. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    MeshBuilderCustomizer meshMetricsCustomizer(
            MeshMetricsProperties properties,
            ObjectProvider<MeshMetrics> stated,
            ObjectProvider<MeterRegistry> registries) {
        return mesh -> {
            MeshMetrics metrics =
                    properties.enabled() ? stated.getIfAvailable(() -> bound(properties, registries)) : null;
            if (metrics != null) {
                mesh.metrics(metrics);
            }
        };
    }

    private static @Nullable MeshMetrics bound(
            MeshMetricsProperties properties, ObjectProvider<MeterRegistry> registries) {
        MeterRegistry registry = registries.getIfUnique();
        if (registry == null) {
            return null;
        }
        MeshMetrics metrics = MeshMetrics.bindTo(registry);
        metrics = properties.istioNames() ? metrics.withIstioNames() : metrics;
        return properties.openTelemetryNames() ? metrics.withOpenTelemetryNames() : metrics;
    }
}
