package dev.meshclient.petclinic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GatewayAfterTest extends GatewayBehaviour {
    GatewayAfterTest() throws IOException {}

    @Override
    Class<?> application() {
        return dev.meshclient.petclinic.after.Gateway.class;
    }

    private static String service(String name, List<Integer> ports, String settings) {
        return ports.stream()
                .map(port -> "{\"address\": \"127.0.0.1\", \"port\": %d}".formatted(port))
                .collect(Collectors.joining(
                        ", ",
                        "\"%1$s\": {\"hosts\": [\"%1$s\"], %2$s \"endpoints\": [".formatted(name, settings),
                        "]}"));
    }

    @Override
    Map<String, Object> properties(Map<String, List<Integer>> ports, Path directory) throws IOException {
        String reads = """
                "rules": [{"matches": [{"method": "GET"}], "backendRefs": [{"name": "visits"}], "timeouts": {"request": "2s"}},
                          {"backendRefs": [{"name": "visits"}]}],
                """;
        String services = ports.entrySet().stream()
                .map(entry ->
                        service(entry.getKey(), entry.getValue(), entry.getKey().equals("visits") ? reads : ""))
                .collect(Collectors.joining(",\n"));
        Path policy = directory.resolve("policy.json");
        Files.writeString(policy, """
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "petclinic", "version": 1},
                 "services": {%s}}
                """.formatted(services));
        return Map.of("mesh.registry.file", policy, "mesh.snapshot.enabled", false);
    }

    @Test
    void a_new_visit_is_not_sent_again_when_its_answer_is_lost() throws Exception {
        loseAnswers();
        assertThat(gotOfTenVisits()).isEqualTo(10);
    }
}
