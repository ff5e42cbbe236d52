package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.policy.PolicyException;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.test.FakeAnswer;
import dev.meshclient.test.TestMesh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** The status of docs/policy-in-force.md is one that a mesh printed. */
class StatusSampleTest {
    private static final Path PAGE = Path.of(System.getProperty("user.dir")).resolveSibling("docs/policy-in-force.md");

    private static String document(int version, String portOfOrders) {
        return Documents.mesh("shop")
                .metadata("'epoch': '2026-11', 'version': " + version)
                .services(
                        "'billing': {'hosts': ['billing'], 'endpoints': [{'address': '10.0.2.12', 'port': 80, 'health':"
                                + " 'HEALTHY', 'locality': 'eu-west-1/eu-west-1a'}]}, 'orders': {'hosts': ['orders'],"
                                + " 'endpoints': [{'address': '10.0.1.11', 'port': " + portOfOrders
                                + ", 'locality': 'eu-west-1/eu-west-1b'}]}")
                .json();
    }

    private static String printed() throws IOException, PolicyException {
        Workload us = Workload.of("checkout").zone("eu-west-1/eu-west-1a");
        try (TestMesh mesh = TestMesh.of(PolicySource.lenient(document(8, "80")), builder -> builder.workload(us))) {
            mesh.advance(Duration.ofMinutes(1));
            mesh.update(document(9, "'80'"));
            mesh.advance(Duration.ofSeconds(10));
            mesh.service("billing").answers(FakeAnswer.ok("paid").after(Duration.ofMillis(8)));
            mesh.service("orders").answers(FakeAnswer.ok("7").after(Duration.ofMillis(12)));
            for (String host : new String[] {"billing", "billing", "orders"}) {
                Request request =
                        new Request.Builder().url("http://" + host + "/").build();
                try (Response response = mesh.client().newCall(request).execute()) {
                    assertThat(response.isSuccessful()).isTrue();
                    response.body().string();
                }
            }
            mesh.advance(Duration.ofSeconds(2));
            return mesh.mesh()
                    .status()
                    .toString()
                    .replace("PolicySource.of(...)", "PolicySource.file(/etc/mesh/policy.json)")
                    .replaceAll("(?m) > retry.*", " > ...");
        }
    }

    @Test
    void the_page_shows_what_a_mesh_prints() throws Exception {
        String page = Files.readString(PAGE).replace("\r\n", "\n");

        assertThat(page).contains("```text\n" + printed().strip() + "\n```");
    }
}
