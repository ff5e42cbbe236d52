package dev.meshclient.internal.lint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        assertThat(printed().get(1))
                .isEqualTo("-:8: services.orders.retries: 3 (legal: no such field; in this document it is"
                        + " retry: {\"attempts\": NUMBER, \"retryOn\": [CONDITION], \"codes\": [STATUS]})");
    }

    @Test
    void looks_at_all_files_and_tells_the_worst() throws Exception {
        Path good = file("good.json", GOOD);
        Path bad = file("bad.json", "{\n\n");
        Path missing = folder.resolve("missing.json");

        assertThat(lint("", bad, good)).isEqualTo(Lint.PROBLEMS);
        assertThat(lint("", missing, bad, good)).isEqualTo(Lint.UNREADABLE);
        assertThat(printed()).hasSize(4).anyMatch(line -> line.startsWith(bad + ":3: $: line 3, column 1: "));
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualToIgnoringNewLines(missing + ":1: no such file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\0\0", "[]", "null", "\ufeff"})
    void a_problem_of_the_whole_file_has_a_line_too(String text) {
        assertThat(lint(text, "-")).isEqualTo(Lint.PROBLEMS);
        assertThat(printed()).allSatisfy(line -> assertThat(line).startsWith("-:1: $: "));
    }

    @Test
    void a_folder_cannot_be_read() {
        assertThat(lint("", folder)).isEqualTo(Lint.UNREADABLE);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith(folder + ":1: cannot be read: ");
    }

    @Test
    void prints_the_schema() {
        assertThat(lint("", "--schema")).isEqualTo(Lint.OK);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(PolicyCodec.schema());
    }

    private static final String USELESS =
            GOOD.replace("8080}]", "8080}], \"subsets\": [{\"name\": \"v3\", \"labels\": {\"version\": \"v3\"}}]");

    @Test
    void a_warning_fails_only_with_strict() {
        assertThat(lint(USELESS, "-")).isEqualTo(Lint.OK);
        assertThat(lint(USELESS, "--strict", "-")).isEqualTo(Lint.WARNINGS);
        assertThat(lint(BAD, "--strict", "-")).isEqualTo(Lint.PROBLEMS);
        assertThat(lint(GOOD, "--strict", "-")).isEqualTo(Lint.OK);
        assertThat(printed().get(0))
                .startsWith("-:2: warning: services.orders.subsets[0].labels: {\"version\": \"v3\"} (better: ");
        assertThat(printed().get(1)).isEqualTo("-: ok, 1 service(s), 1 endpoint(s)");
    }

    @Test
    void json_is_one_array_of_all_findings() throws Exception {
        Path missing = folder.resolve("missing.json");

        assertThat(lint(BAD, "--json", "-", file("useless.json", USELESS), missing))
                .isEqualTo(Lint.UNREADABLE);

        JsonNode findings = new ObjectMapper().readTree(out.toByteArray());
        assertThat(findings).hasSize(4);
        assertThat(findings.get(0)).isEqualTo(new ObjectMapper().readTree("""
                {"severity": "problem", "file": "-", "line": 7, "path": "services.orders.endpoints[0].port",
                 "value": "\\"8080\\"", "text": "an integer of 1 to 65535"}"""));
        assertThat(findings.findValuesAsText("severity"))
                .containsExactly("problem", "problem", "warning", "unreadable");
        assertThat(findings.get(3).get("file").asText()).isEqualTo(missing.toString());
        assertThat(err.toByteArray()).isEmpty();
    }

    @Test
    void json_of_a_good_document_is_an_empty_array() {
        assertThat(lint(GOOD, "--json", "-")).isEqualTo(Lint.OK);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualToIgnoringNewLines("[]");
    }

    @Test
    void a_federated_trust_domain_is_one_of_ours() {
        String document = GOOD.replace("\"services\"", "\"trustDomain\": \"shop.example\", \"services\"")
                .replace("8080}]", """
                        8080}], "authorization": [{"action": "ALLOW", "rules": [{"from": [{"source":
                         {"principals": ["bank.example/ns/prod/sa/pay"]}}]}]}]""");

        assertThat(lint(document, "--strict", "-")).isEqualTo(Lint.WARNINGS);
        assertThat(printed().get(0)).contains("bank.example").contains("--federated=bank.example");
        assertThat(lint(document, "--strict", "--federated=dev.example,bank.example", "-"))
                .isEqualTo(Lint.OK);
    }

    @Test
    void without_a_file_or_with_an_option_that_it_does_not_know_it_says_how_it_is_used() {
        assertThat(lint("")).isEqualTo(Lint.USAGE);
        assertThat(lint("", "--json")).isEqualTo(Lint.USAGE);
        assertThat(lint(GOOD, "--lenient", "-")).isEqualTo(Lint.USAGE);
        assertThat(printed()).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith(" ")))
                .containsSubsequence(
                        "no file is named",
                        "usage: java -jar mesh-client-lint.jar [OPTION]... FILE...",
                        "no file is named",
                        "this option does not exist, or stands alone only: --lenient",
                        "usage: java -jar mesh-client-lint.jar [OPTION]... FILE...");
    }

    @Test
    void asked_for_help_it_says_how_it_is_used_and_succeeds() {
        assertThat(lint("", "--help")).isEqualTo(Lint.OK);
        assertThat(printed().get(0)).startsWith("usage: java -jar mesh-client-lint.jar");
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, IllegalArgumentException.class, NoClassDefFoundError.class})
    void a_defect_has_an_exit_code_of_its_own(Class<? extends Throwable> defect) throws Exception {
        Throwable thrown = defect.getConstructor(String.class).newInstance("no luck");
        InputStream broken = new FilterInputStream(InputStream.nullInputStream()) {
            @Override
            public byte[] readAllBytes() {
                if (thrown instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) thrown;
            }
        };
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);

        assertThat(new Lint(broken, errors, errors).run(List.of("-"))).isEqualTo(Lint.DEFECT);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("the lint command failed, and its output is incomplete: " + thrown);
    }

    @Test
    void a_name_that_no_file_has_is_no_defect() {
        assertThat(lint("", "\0")).isEqualTo(Lint.UNREADABLE);
    }
}
