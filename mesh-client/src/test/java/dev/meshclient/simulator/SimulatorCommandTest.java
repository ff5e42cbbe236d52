package dev.meshclient.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatorCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private int run(Object... args) {
        return new SimulatorCommand(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(Arrays.stream(args).map(Object::toString).toList());
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private Path policy() throws IOException {
        return file("policy.json", Scenarios.policy(""));
    }

    @Test
    void prints_the_account_and_returns_0_if_all_bounds_hold() throws IOException {
        Path scenario = file("calm.json", Scenarios.scenario("\"atMost\": {\"lost\": 0}"));
        assertThat(run(policy(), scenario)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith(scenario + ": simulation of 30 s, seed 1\n  calls ")
                .contains(", lost 0\n");
        assertThat(err.size()).isZero();
    }

    @Test
    void of_several_scenarios_the_worst_decides() throws IOException {
        Path calm = file("calm.json", Scenarios.scenario(""));
        Path broken = file("broken.json", Scenarios.scenario("\"atMost\": {\"max\": \"1ms\"}"));
        assertThat(run(policy(), broken, calm)).isEqualTo(SimulatorCommand.BROKEN);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("  BROKEN atMost.max: ");
    }

    @Test
    void problems_are_named_with_their_file() throws IOException {
        Path scenario = file("bad.json", Scenarios.scenario("\"seed\": -1"));
        assertThat(run(policy(), scenario)).isEqualTo(SimulatorCommand.PROBLEMS);
        assertThat(run(file("bad-policy.json", "{}"), file("calm.json", Scenarios.scenario(""))))
                .isEqualTo(SimulatorCommand.PROBLEMS);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(scenario + ": seed: -1 (legal: ", "bad-policy.json: apiVersion: nothing (legal: ");
    }

    @Test
    void a_file_that_cannot_be_read_is_named() throws IOException {
        assertThat(run(policy(), folder.resolve("none.json"))).isEqualTo(SimulatorCommand.UNREADABLE);
        assertThat(run(folder, folder)).isEqualTo(SimulatorCommand.UNREADABLE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("none.json: no such file", "cannot be read");
    }

    @Test
    void wrong_usage_prints_how_to_use() {
        assertThat(run("policy.json")).isEqualTo(SimulatorCommand.USAGE);
        assertThat(run("--json", "a", "b")).isEqualTo(SimulatorCommand.USAGE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("usage: java -jar");
    }

    @Test
    void prints_the_schema() {
        assertThat(run("--schema")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(Simulator.schema());
    }
}
