package dev.meshclient.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Workload;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** The workload from properties, from Spring's name of the application, and from the environment of the platform. */
class PropertiesWorkloadTest {
    private static final Workload PLATFORM = Workload.of("of-the-platform").zone("platform/p-1");

    private static Workload workload(@Nullable String applicationName, Map<String, String> properties) {
        MeshProperties bound =
                new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate("mesh", MeshProperties.class);
        return PropertiesMapping.workload(bound, applicationName, PLATFORM);
    }

    @Test
    void the_service_is_that_of_the_property_then_of_spring_then_of_the_platform() {
        assertThat(workload("checkout", Map.of("mesh.service", "shop")).service())
                .isEqualTo("shop");
        assertThat(workload("checkout", Map.of()).service()).isEqualTo("checkout");
        assertThat(workload(null, Map.of()).service()).isEqualTo("of-the-platform");
    }

    @Test
    void the_zone_is_that_of_the_properties_or_as_a_whole_that_of_the_platform() {
        assertThat(place(Map.of("mesh.zone", "eu/eu-1a/rack-7"))).isEqualTo("eu/eu-1a/rack-7");
        assertThat(place(Map.of("mesh.zone", "eu-1a"))).isEqualTo("/eu-1a/");
        assertThat(place(Map.of("mesh.zone", "eu-1a", "mesh.region", "eu"))).isEqualTo("eu/eu-1a/");
        assertThat(place(Map.of("mesh.zone", "eu/eu-1a", "mesh.region", "eu"))).isEqualTo("eu/eu-1a/");
        assertThat(place(Map.of("mesh.region", "eu"))).isEqualTo("eu//");
        assertThat(place(Map.of())).isEqualTo("platform/p-1/");
    }

    @Test
    void a_zone_of_another_region_is_refused() {
        assertThatThrownBy(() -> place(Map.of("mesh.zone", "us/us-1a", "mesh.region", "eu")))
                .hasMessageContaining(
                        "mesh.zone has a bad value, 'us/us-1a': its region is another one than mesh.region");
    }

    @Test
    void labels_are_set() {
        assertThat(workload(null, Map.of("mesh.labels.rack", "7")).labels()).isEqualTo(Map.of("rack", "7"));
    }

    private static String place(Map<String, String> properties) {
        var at = workload(null, properties).locality();
        return at.region() + "/" + at.zone() + "/" + at.subzone();
    }
}
