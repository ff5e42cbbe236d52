package dev.meshclient.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final Figure BYTES =
            Figure.of(Scenario.HTTP1, CallPath.DIRECT, Scenario.ONE, Quantity.ADDED_BYTES, -112, -112, -112);
    private static final Figure RATIO =
            Figure.of(Scenario.HTTP1, CallPath.PUBLIC, Scenario.ONE, Quantity.THREAD_CPU, 1.02, 1.06, 1.1);

    private static Results run(int jdk, Figure... figures) {
        return new Results(jdk, List.of(run("abc", figures)));
    }

    private static Results.Run run(String commit, Figure... figures) {
        Machine machine =
                new Machine("a VM", "a processor", 2, "Linux", 0.1, 1.5, commit, "2026-11-30T08:00:00Z", Effort.WHOLE);
        return new Results.Run(machine, List.of(figures));
    }

    private static List<String> lines(String page, String beginning) {
        return page.lines().filter(line -> line.startsWith(beginning)).toList();
    }

    @Test
    void shows_the_jdks_side_by_side_with_a_verdict_for_each_mark() {
        String page = Report.of(List.of(run(25, RATIO), run(17, BYTES, RATIO)));

        assertThat(lines(page, "| mark")).containsExactly("| mark | path | at most | JDK 17 | JDK 25 | repeat by |");
        assertThat(lines(page, "| HTTP/1.1, 1 endpoint: bytes"))
                .containsExactly(
                        "| HTTP/1.1, 1 endpoint: bytes added to a call | direct | +0 B | −112 B, met | not measured | `http1` |",
                        "| HTTP/1.1, 1 endpoint: bytes added to a call | public | +1,232 B | not measured | not measured | `http1` |");
        assertThat(lines(page, "| HTTP/1.1, 1 endpoint: CPU of the thread, against `callTimeout(1s)` | public"))
                .containsExactly(
                        "| HTTP/1.1, 1 endpoint: CPU of the thread, against `callTimeout(1s)` | public | 1.050 ×"
                                + " | 1.060 × (1.020 × to 1.100 ×), **missed** | 1.060 × (1.020 × to 1.100 ×), **missed** | `http1` |");
        assertThat(lines(page, "- JDK")).hasSize(2).first().asString().contains("commit abc", "load 0.1 before");
    }

    @Test
    void prints_no_ratio_if_the_baselines_differ_too_much() {
        String page = Report.of(List.of(run(17, RATIO.withDrift(0.0712))));

        assertThat(page).contains("| refused: baselines differ by 7.1 % |").doesNotContain("1.060");
    }

    @Test
    void prints_no_verdict_of_what_the_system_does_not_count() {
        Figure nothing =
                Figure.of(Scenario.HTTP1, CallPath.DIRECT, Scenario.ONE, Quantity.SWITCHES, Double.NaN, Double.NaN);

        assertThat(Report.cell(Optional.of(nothing), 0.6)).isEqualTo("not measured");
        assertThat(Report.cell(Optional.of(RATIO.withDrift(Double.NaN)), 2))
                .isEqualTo("refused: a baseline is not positive");
    }

    @Test
    void gives_each_scenario_its_figures_and_the_command_that_repeats_them() {
        String page = Report.of(List.of(run(17, BYTES)));

        assertThat(page).contains("""
                        ## http1: HTTP/1.1

                        ```
                        mvn -q -B -Pbench -pl benchmarks -am -DskipTests verify -Dbench.args=http1
                        ```

                        | figure | path | JDK 17 |
                        |---|---|---|
                        | 1 endpoint: bytes added to a call | direct | −112 B |

                        ## h2c""");
        assertThat(Scenario.values())
                .allSatisfy(scenario -> assertThat(page).contains("-Dbench.args=" + scenario + "\n"));
    }

    @Test
    void a_figure_that_is_only_stated_has_no_verdict() {
        assertThat(Report.cell(Optional.of(BYTES), Double.NaN)).isEqualTo("−112 B");
        assertThat(Report.cell(Optional.of(BYTES), -112)).isEqualTo("−112 B, met");
        assertThat(Report.cell(Optional.of(BYTES), -113)).isEqualTo("−112 B, **missed**");
    }

    @Test
    void a_repeated_scenario_replaces_its_figures_of_that_path_and_states_its_own_commit() {
        Figure refused = RATIO.withDrift(0.0712);
        Figure memory = Figure.of(Scenario.MEMORY, CallPath.PUBLIC, Scenario.ONE, Quantity.SWITCHES, 0.25);

        Results merged = run(17, BYTES, refused, memory).with(run("def", RATIO));

        assertThat(merged.figures()).containsExactly(BYTES, memory, RATIO);
        assertThat(lines(Report.of(List.of(merged)), "- JDK 17"))
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("- JDK 17: a VM").contains("commit abc"),
                        second -> assertThat(second)
                                .startsWith("- JDK 17, repeated: `http1` public: a VM")
                                .contains("commit def"));
        assertThat(merged.with(run("ghi"))).isEqualTo(merged);
    }

    @Test
    void results_are_read_as_they_were_written(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("results/jdk-17.json");
        Results results = run(17, BYTES, RATIO.withDrift(Double.NaN));

        results.write(file);

        assertThat(Results.read(file)).isEqualTo(results);
    }
}
