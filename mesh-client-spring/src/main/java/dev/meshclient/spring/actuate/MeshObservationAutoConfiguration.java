package dev.meshclient.spring.actuate;

import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshBuilderCustomizer;
import dev.meshclient.telemetry.MeshTraces;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.observation.ObservationRegistry;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.util.function.SingletonSupplier;

/**
 * The observation {@code mesh.client.attempt} in the {@code ObservationRegistry} of the application. With a bean of type
 * {@link MeshTraces} the mesh makes its own spans instead.
 */
@AutoConfiguration(before = MeshAutoConfiguration.class)
@ConditionalOnClass({ObservationRegistry.class, MeterFilter.class})
@EnableConfigurationProperties({MeshObservationProperties.class, MeshMetricsProperties.class})
final class MeshObservationAutoConfiguration {
    private static final Set<String> METERS = Set.of(AttemptConvention.NAME, AttemptConvention.NAME + ".active");

    MeshObservationAutoConfiguration() {}

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    MeshBuilderCustomizer meshObservationCustomizer(
            MeshObservationProperties properties,
            ObjectProvider<MeshTraces> traces,
            ObjectProvider<ObservationRegistry> registries) {
        return mesh -> {
            MeshTraces own = traces.getIfAvailable();
            if (own != null) {
                mesh.openTelemetry(own);
            } else if (properties.enabled()) {
                SingletonSupplier<ObservationRegistry> registry =
                        SingletonSupplier.of(() -> registries.getIfUnique(() -> ObservationRegistry.NOOP));
                mesh.observer(new AttemptObservations(registry::obtain));
            }
        };
    }

    /** Observations are timers too: where the mesh counts its attempts itself, these would count them once more. */
    @Bean
    MeterFilter meshObservationMeterFilter(MeshMetricsProperties metrics) {
        return MeterFilter.deny(id -> metrics.enabled() && METERS.contains(id.getName()));
    }
}
