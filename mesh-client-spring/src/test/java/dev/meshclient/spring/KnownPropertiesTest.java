package dev.meshclient.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Properties below {@code mesh.} that the start accepts; FailureAnalysesTest has those that it does not. */
@ExtendWith(OutputCaptureExtension.class)
class KnownPropertiesTest {
    private static final String ENVIRONMENT = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;

    private static void check(PropertySource<?> source) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .forEach(all -> environment.getPropertySources().remove(all.getName()));
        environment.getPropertySources().addFirst(source);
        new KnownProperties(environment).postProcessBeanFactory(new DefaultListableBeanFactory());
    }

    @Test
    void lists_maps_and_other_spellings_are_known() {
        check(new MapPropertySource(
                "application.properties",
                Map.of(
                        "mesh.claims[0]", "orders",
                        "mesh.registry.url[1]", "http://b",
                        "mesh.registry.pollInterval", "1s",
                        "mesh.server.permit_paths", "/livez",
                        "mesh.labels.topology.kubernetes.io/zone", "a",
                        "mesh.identity.federated.bank.example", "/b.pem",
                        "mesh.certificates[bank.example].key-password", "x",
                        "mesh.client.services.Orders.url", "http://a",
                        "meshed.colour", "red")));
    }

    @Test
    void variables_of_the_environment_are_known_or_of_others(CapturedOutput output) {
        check(new SystemEnvironmentPropertySource(
                ENVIRONMENT,
                Map.of(
                        "MESH_REGISTRY_POLL_INTERVAL", "1s",
                        "MESH_REGISTRY_LONGPOLL", "1s",
                        "MESH_SERVER_PERMIT_PATHS", "/livez",
                        "MESH_CLIENT_SERVICES_ORDERS_URL", "http://a",
                        "MESH_LABELS_RACK", "7",
                        "MESH_NGINX", "1",
                        "MESH_SERVICE_HOST", "10.0.0.1",
                        "MESH_PORT", "tcp://10.0.0.1:80")));
        assertThat(output).doesNotContain("there is no property");
    }

    @Test
    void a_misspelled_variable_of_the_environment_is_a_warning(CapturedOutput output) {
        check(new SystemEnvironmentPropertySource(ENVIRONMENT, Map.of("MESH_SERVER_AUTHORISATION", "enforce")));
        assertThat(output)
                .contains("there is no property mesh.server.authorisation")
                .contains("did you mean mesh.server.authorization?");
    }

    @Test
    void a_misspelled_system_property_is_a_warning(CapturedOutput output) {
        check(new MapPropertySource(
                StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME, Map.of("mesh.registry.urll", "http://a")));
        assertThat(output).contains("did you mean mesh.registry.url?");
    }
}
