package dev.meshclient.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Mesh;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import dev.meshclient.spring.MeshClients;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class MeshInfoAutoConfigurationTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MeshAutoConfiguration.class, MeshClientAutoConfiguration.class, MeshInfoAutoConfiguration.class))
            .withPropertyValues("mesh.enabled=false");

    private static Map<String, Object> info(InfoContributor contributor) {
        Info.Builder info = new Info.Builder();
        contributor.contribute(info);
        return info.build().getDetails();
    }

    @Test
    void it_states_that_the_mesh_is_off() {
        runner.run(context -> assertThat(info(context.getBean(InfoContributor.class)))
                .isEqualTo(Map.of("mesh", Map.of("enabled", false))));
    }

    @Test
    void the_version_is_that_of_the_jar() {
        runner.run(context -> assertThat(info(new MeshInfoContributor(
                        context.getBeanProvider(Mesh.class), context.getBean(MeshClients.class), "0.1.0")))
                .isEqualTo(Map.of("mesh", Map.of("enabled", false, "version", "0.1.0"))));
    }

    @Test
    void a_property_removes_it() {
        runner.withPropertyValues("management.info.mesh.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(InfoContributor.class));
    }

    @Test
    void a_bean_of_the_application_replaces_it() {
        InfoContributor own = info -> {};
        runner.withBean("meshInfoContributor", InfoContributor.class, () -> own)
                .run(context ->
                        assertThat(context).getBean(InfoContributor.class).isSameAs(own));
    }

    @Test
    void there_is_none_without_the_actuator() {
        runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("meshInfoContributor"));
    }

    @Test
    void a_property_with_a_bad_value_ends_the_start() {
        runner.withPropertyValues("management.info.mesh.enabled=perhaps")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("perhaps"));
    }
}
