package dev.meshclient.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.simulator.Account;
import dev.meshclient.simulator.Simulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The account of the worked example, checked in: the same on every JDK. */
class SimulatorAccountTest {
    private static final Path EXAMPLE =
            Path.of("../mesh-client-examples/src/main/resources/dev/meshclient/examples/simulation");

    @Test
    void numbers_of_the_example() throws IOException {
        Account account = Simulator.run(
                Files.readString(EXAMPLE.resolve("policy.json")), Files.readString(EXAMPLE.resolve("scenario.json")));
        assertThat(account.violations()).isEmpty();
        Results.check("simulator", account.toString().lines().toList());
    }

    @Test
    void the_page_shows_the_scenario_of_the_example() throws IOException {
        assertThat(Files.readString(Path.of("../docs/simulation.md")))
                .contains(Files.readString(EXAMPLE.resolve("scenario.json")));
    }

    @Test
    void the_published_document_of_the_page_drains_the_zone() throws IOException {
        String section = Files.readString(Path.of("../docs/simulation.md")).split("### A published document", -1)[1];
        Account account = Simulator.run(Files.readString(EXAMPLE.resolve("policy.json")), section.split("```", -1)[1]);
        assertThat(account.violations()).isEmpty();
        assertThat(account.crossings()).isBetween(account.calls() * 2 / 5, account.calls() * 3 / 5);
    }
}
