package dev.meshclient.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.examples.registry.RegistryServer;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ExamplesTest {
    @Test
    void the_quick_start_takes_its_policy_from_a_static_file_server() throws IOException {
        try (LocalServer orders = LocalServer.serving("order 7");
                LocalServer files = LocalServer.serving(QuickStart.policy(orders.port()))) {
            assertThat(QuickStart.order(files.uri("/policy.json")))
                    .startsWith("order 7\npolicy version 1, service orders,")
                    .contains("127.0.0.1:" + orders.port() + " in eu-1a response 200");
        }
    }

    @Test
    void the_quick_start_takes_its_policy_from_a_registry_that_holds_requests() throws IOException {
        try (LocalServer orders = LocalServer.serving("order 7");
                RegistryServer registry = RegistryServer.start(0, QuickStart.policy(orders.port()))) {
            assertThat(QuickStart.order(registry.uri())).startsWith("order 7\npolicy version 1, service orders,");
        }
    }

    @Test
    void the_quick_start_runs_without_anything_else() throws IOException {
        QuickStart.main(new String[0]);
    }

    @Test
    void a_local_override_calls_localhost() throws IOException {
        try (LocalServer orders = LocalServer.serving("order 7")) {
            assertThat(LocalOverride.order(orders.port())).isEqualTo("order 7");
        }
    }
}
