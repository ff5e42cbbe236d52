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
        return PropertiesMapping.workload(bound(properties), applicationName, () -> PLATFORM);
    }

    private static MeshProperties bound(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate("mesh", MeshProperties.class);
    }

    @Test
    void the_service_is_that_of_the_property_then_of_spring_then_of_the_platform() {
        assertThat(workload("checkout", Map.of("mesh.service", "shop")).service())
                .isEqualTo("shop");
        assertThat(workload("checkout", Map.of()).service()).isEqualTo("checkout");
        assertThat(workload(null, Map.of()).service()).isEqualTo("of-the-platform");
    }

    @Test
    void the_name_of_the_workload_is_the_label_of_istio() {
        assertThat(workload("checkout", Map.of("mesh.workload-name", "checkout-primary"))
                        .labels())
                .isEqualTo(Map.of("service.istio.io/workload-name", "checkout-primary"));
        assertThatThrownBy(() -> workload(
                        "checkout",
                        Map.of(
                                "mesh.workload-name", "a",
                                "mesh.labels[service.istio.io/workload-name]", "b")))
                .hasMessageContaining(
                        "mesh.workload-name has a bad value, 'a': mesh.labels has service.istio.io/workload-name");
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

    /** As MESH_REGION and MESH_ZONE without Spring, WorkloadEnvironmentTest. */
    @Test
    void a_region_with_a_zone_in_it_is_refused_beside_a_zone_also() {
        assertThatThrownBy(() -> place(Map.of("mesh.zone", "eu-1a", "mesh.region", "eu/west")))
                .hasMessageContaining("mesh.region has a bad value, 'eu/west': a region is one word");
    }

    @Test
    void the_platform_is_not_read_for_what_properties_state() {
        MeshProperties stated = bound(Map.of("mesh.zone", "eu/eu-1a"));

        assertThat(PropertiesMapping.workload(stated, "checkout", PropertiesWorkloadTest::unusable)
                        .locality()
                        .zone())
                .isEqualTo("eu-1a");
    }

    @Test
    void a_zone_that_properties_state_badly_is_refused_by_its_name_before_the_platform_is_read() {
        MeshProperties stated = bound(Map.of("mesh.zone", "a/b/c/d"));

        assertThatThrownBy(() -> PropertiesMapping.workload(stated, "checkout", PropertiesWorkloadTest::unusable))
                .isInstanceOf(MeshConfigurationException.class)
                .hasMessageContaining("mesh.zone has a bad value, 'a/b/c/d'");
    }

    @Test
    void a_platform_whose_variables_are_not_usable_gives_a_failure_with_an_action() {
        assertThatThrownBy(
                        () -> PropertiesMapping.workload(bound(Map.of()), "checkout", PropertiesWorkloadTest::unusable))
                .isInstanceOf(MeshConfigurationException.class)
                .hasMessageContaining("NOMAD_DC has a bad value, 'a/b/c/d'");
    }

    private static Workload unusable() {
        throw new IllegalArgumentException("the environment variable NOMAD_DC has a bad value, 'a/b/c/d': no zone");
    }

    private static MeshProperties.IdentityProperties identity(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("mesh.identity", MeshProperties.IdentityProperties.class);
    }

    @Test
    void the_text_of_the_properties_has_no_password() {
        Map<String, String> stated = Map.of(
                "mesh.identity.directory", "/etc/certs",
                "mesh.identity.key-password", "s3cret",
                "mesh.certificates.bank.directory", "/etc/bank",
                "mesh.certificates.bank.key-password", "s3cret");

        assertThat(identity(stated).toString()).contains("/etc/certs").doesNotContain("s3cret");
        assertThat(bound(stated).toString()).contains("/etc/bank").doesNotContain("s3cret");
    }

    @Test
    void an_empty_password_is_none() {
        assertThat(identity(Map.of("mesh.identity.key-password", "")).keyPassword())
                .isNull();
    }

    @Test
    void the_cluster_is_stated_once() {
        assertThat(workload(null, Map.of("mesh.cluster", "west")).cluster()).isEqualTo("west");
        assertThat(workload(null, Map.of("mesh.cluster", " ")).cluster()).isEmpty();
        assertThatThrownBy(() -> workload(
                        null, Map.of("mesh.cluster", "west", "mesh.labels[topology.istio.io/cluster]", "east")))
                .hasMessageContaining(
                        "mesh.cluster has a bad value, 'west': mesh.labels has topology.istio.io/cluster");
    }

    @Test
    void the_instance_is_stated() {
        assertThat(workload(null, Map.of("mesh.instance", "web-3")).instance()).isEqualTo("web-3");
        assertThat(workload(null, Map.of("mesh.instance", " ")).instance()).isEmpty();
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
