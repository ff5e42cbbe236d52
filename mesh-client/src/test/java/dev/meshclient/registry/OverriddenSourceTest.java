package dev.meshclient.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.RecordingLogger;
import dev.meshclient.internal.source.ServiceOverride;
import org.junit.jupiter.api.Test;

class OverriddenSourceTest {
    private final RecordingLogger log = new RecordingLogger();

    private Mesh mesh(String service, PolicySource base) {
        return Mesh.builder()
                .policy(new OverriddenSource(ServiceOverride.of(service, "http://localhost:8081"), base, log))
                .build();
    }

    private static Documents platform(int version) {
        return Documents.mesh("shop")
                .version(version)
                .services(Documents.service("shop", "orders").endpoint(1));
    }

    @Test
    void one_warning_names_the_service_that_has_the_host_of_an_override() throws Exception {
        MemoryPolicySource base = PolicySource.of(platform(1).json());
        try (Mesh mesh = mesh("orders", base)) {
            base.update(platform(2).json());
            assertThat(mesh.status().revision()).isEqualTo("version 2");
        }
        assertThat(log.lines())
                .containsExactly(
                        "WARN the policy has no service 'orders': calls to these hosts are sent to the services that"
                                + " have them, not to http://localhost:8081/: {orders=shop}");
    }

    @Test
    void an_override_of_a_service_of_the_policy_warns_of_nothing() {
        mesh("shop", PolicySource.of(platform(1).json())).close();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void one_warning_names_the_services_of_a_policy_that_lacks_that_of_an_override() throws Exception {
        MemoryPolicySource base = PolicySource.of(platform(1).json());
        try (Mesh mesh = mesh("shpo", base)) {
            base.update(platform(2).json());
            assertThat(mesh.status().revision()).isEqualTo("version 2");
        }
        assertThat(log.lines())
                .containsExactly("WARN the policy has no service 'shpo': only calls to host 'shpo' are sent to"
                        + " http://localhost:8081/; its services are [shop]");
    }
}
