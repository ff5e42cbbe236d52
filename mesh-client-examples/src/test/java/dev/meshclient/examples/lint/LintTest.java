package dev.meshclient.examples.lint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.policy.json.PolicyCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LintTest {
    private static final String GOOD = """
            {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop"},
             "services": {"orders": {"hosts": ["orders"], "endpoints": [{"address": "10.0.0.1", "port": 8080}]}}}
            """;
    private static final String BAD = """
            {
              "apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop"},
              "services": {
                "orders": {
                  "hosts": ["orders"],
                  "endpoints": [{"address": "10.0.0.1",
                                 "port": "8080"}],
                  "retries": 3
                }
              }
            }
            """;

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int lint(String stdin, Object... args) {
        Lint lint = new Lint(
                new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return lint.run(List.of(args).stream().map(Object::toString).toList());
    }

    private List<String> printed() {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void says_ok_of_a_good_document() throws Exception {
        Path good = file("good.json", GOOD);

        assertThat(lint("", good)).isEqualTo(Lint.OK);
        assertThat(printed()).containsExactly(good + ": ok, 1 service(s), 1 endpoint(s)");
    }

    @Test
    void prints_each_problem_with_its_line_path_value_and_what_is_legal() {
        assertThat(lint(BAD, "-")).isEqualTo(Lint.PROBLEMS);
        assertThat(printed()).hasSize(2);
        assertThat(printed().get(0))
                .isEqualTo("-:7: services.orders.endpoints[0].port: \"8080\" (legal: an integer of 1 to 65535)");
        assertThat(printed().get(1)).startsWith("-:8: services.orders.retries: 3 (legal: no such field; known here: ");
    }

    @Test
    void looks_at_all_files_and_tells_the_worst() throws Exception {
        Path good = file("good.json", GOOD);
        Path bad = file("bad.json", "{\n\n");
        Path missing = folder.resolve("missing.json");

        assertThat(lint("", bad, good)).isEqualTo(Lint.PROBLEMS);
        assertThat(lint("", missing, bad, good)).isEqualTo(Lint.UNUSABLE);
        assertThat(printed()).hasSize(4).anyMatch(line -> line.startsWith(bad + ":3: $: line 3, column 1: "));
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualToIgnoringNewLines(missing + ": no such file");
    }

    @Test
    void a_folder_cannot_be_read() {
        assertThat(lint("", folder)).isEqualTo(Lint.UNUSABLE);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith(folder + ": cannot be read: ");
    }

    @Test
    void prints_the_schema() {
        assertThat(lint("", "--schema")).isEqualTo(Lint.OK);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(PolicyCodec.schema());
    }

    @Test
    void without_a_file_or_with_an_option_that_it_does_not_know_it_says_how_it_is_used() {
        assertThat(lint("")).isEqualTo(Lint.UNUSABLE);
        assertThat(lint(GOOD, "--strict", "-")).isEqualTo(Lint.UNUSABLE);
        assertThat(printed()).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("usage: lint FILE");
    }
}
