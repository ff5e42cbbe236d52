package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.policy.Locality;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadEnvironmentTest {
    private static final Path PAGE = Path.of(System.getProperty("user.dir")).resolveSibling("docs/mesh.md");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MESH_SERVICE",
                "CANONICAL_SERVICE",
                "ISTIO_META_WORKLOAD_NAME",
                "NOMAD_JOB_NAME",
                "K_SERVICE",
                "CONTAINER_APP_NAME"
            })
    void each_platform_names_the_service(String variable) {
        assertThat(WorkloadEnvironment.read(Map.of(variable, " checkout ")).service())
                .isEqualTo("checkout");
    }

    @Test
    void what_was_set_for_the_mesh_comes_first_and_a_blank_value_counts_as_none() {
        Map<String, String> both = Map.of("K_SERVICE", "checkout-7", "MESH_SERVICE", "checkout");

        assertThat(WorkloadEnvironment.read(both).service()).isEqualTo("checkout");
        assertThat(WorkloadEnvironment.read(Map.of("K_SERVICE", "checkout-7", "MESH_SERVICE", " "))
                        .service())
                .isEqualTo("checkout-7");
    }

    @Test
    void nothing_is_guessed_from_an_empty_environment() {
        Workload workload = WorkloadEnvironment.read(Map.of("HOSTNAME", "checkout-7d9f-xk2", "USER", "app"));

        assertThat(workload.service()).isEqualTo("unknown");
        assertThat(workload.locality()).isEqualTo(Locality.NONE);
        assertThat(workload.labels()).isEmpty();
    }

    @Test
    void region_and_zone_are_of_one_platform() {
        assertThat(WorkloadEnvironment.read(
                                Map.of("NOMAD_REGION", "eu", "NOMAD_DC", "eu-1a", "AWS_REGION", "eu-west-1"))
                        .locality())
                .isEqualTo(new Locality("eu", "eu-1a", ""));
        assertThat(WorkloadEnvironment.read(Map.of("MESH_ZONE", "eu-1b", "AWS_REGION", "eu-west-1"))
                        .locality())
                .isEqualTo(new Locality("", "eu-1b", ""));
        assertThat(WorkloadEnvironment.read(Map.of("MESH_ZONE", "eu/eu-1b/rack-7"))
                        .locality())
                .isEqualTo(new Locality("eu", "eu-1b", "rack-7"));
    }

    @Test
    void ecs_sets_a_region_alone() {
        assertThat(WorkloadEnvironment.read(Map.of("AWS_DEFAULT_REGION", "eu-west-1"))
                        .locality())
                .isEqualTo(new Locality("eu-west-1", "", ""));
        assertThat(WorkloadEnvironment.read(Map.of("AWS_DEFAULT_REGION", "eu-west-1", "AWS_REGION", "eu-west-2"))
                        .locality())
                .isEqualTo(new Locality("eu-west-2", "", ""));
    }

    /** The table in docs/mesh.md, column by column, and nothing else. */
    @Test
    void the_page_lists_the_variables_in_the_order_in_which_they_count() throws Exception {
        List<List<String>> columns =
                List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (String line : Files.readAllLines(PAGE)) {
            String[] cells = line.split("\\|", -1);
            if (cells.length == 8 && line.matches(".*`[A-Z_]+`.*")) {
                for (int i = 0; i < columns.size(); i++) {
                    Matcher names = Pattern.compile("`([A-Z_]+)`").matcher(cells[i + 2]);
                    while (names.find()) {
                        columns.get(i).add(names.group(1));
                    }
                }
            }
        }
        assertThat(columns.get(0)).isEqualTo(WorkloadEnvironment.SERVICE);
        assertThat(columns.get(1))
                .isEqualTo(WorkloadEnvironment.PLACES.stream()
                        .map(WorkloadEnvironment.Place::region)
                        .toList());
        assertThat(columns.get(2))
                .isEqualTo(WorkloadEnvironment.PLACES.stream()
                        .map(WorkloadEnvironment.Place::zone)
                        .filter(zone -> !zone.isEmpty())
                        .toList());
        assertThat(columns.get(3)).containsExactly(WorkloadEnvironment.CLUSTER);
        assertThat(columns.get(4)).containsExactly(WorkloadEnvironment.INSTANCE);
    }

    @Test
    void the_instance_is_that_of_the_variable() {
        assertThat(WorkloadEnvironment.read(Map.of("MESH_INSTANCE", " web-3 ")).instance())
                .isEqualTo("web-3");
    }

    @Test
    void the_cluster_is_that_of_the_variable() {
        assertThat(WorkloadEnvironment.read(Map.of("MESH_CLUSTER", " west ", "MESH_ZONE", "eu/eu-1a"))
                        .cluster())
                .isEqualTo("west");
    }

    @Test
    void a_zone_of_no_known_form_is_refused() {
        assertThatThrownBy(() -> WorkloadEnvironment.read(Map.of("MESH_ZONE", "a/b/c/d")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("MESH_ZONE has a bad value, 'a/b/c/d'");
        assertThatThrownBy(() -> WorkloadEnvironment.read(Map.of("NOMAD_REGION", "eu/west", "NOMAD_DC", "eu-1a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NOMAD_REGION has a bad value, 'eu/west'");
    }

    /** As mesh.region and mesh.zone of Spring, PropertiesWorkloadTest. */
    @Test
    void a_zone_that_states_its_region_is_in_that_region_and_not_in_another() {
        assertThat(WorkloadEnvironment.read(Map.of("MESH_REGION", "eu", "MESH_ZONE", "eu/eu-1a"))
                        .locality())
                .isEqualTo(new Locality("eu", "eu-1a", ""));
        assertThatThrownBy(() -> WorkloadEnvironment.read(Map.of("MESH_REGION", "eu", "MESH_ZONE", "a/rack1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "MESH_ZONE has a bad value, 'a/rack1': its region is another one than MESH_REGION");
    }
}
