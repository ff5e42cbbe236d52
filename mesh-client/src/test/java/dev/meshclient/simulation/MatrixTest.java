package dev.meshclient.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.balance.SubsetFleet;
import dev.meshclient.internal.time.ThreadKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Each scenario with each algorithm: its lines, its chart, and the page that shows them. */
class MatrixTest {
    private static final Path DOCS = Path.of("../docs");
    private static final ThreadKind THREADS =
            ThreadKind.VIRTUAL.isAvailable() ? ThreadKind.VIRTUAL : ThreadKind.PLATFORM;

    private final List<MatrixScenario> all = Stream.of(Outages.all(), Loads.all(), Zones.all(), Hops.all())
            .flatMap(List::stream)
            .toList();
    private final Map<MatrixScenario, List<Figures>> results = new LinkedHashMap<>();

    @TestFactory
    Stream<DynamicTest> matrix() {
        return Stream.concat(
                all.stream().map(s -> DynamicTest.dynamicTest(s.id, () -> play(s))),
                Stream.of(DynamicTest.dynamicTest("docs/simulations.md", this::page)));
    }

    private void play(MatrixScenario scenario) throws IOException {
        List<Figures> rows = new ArrayList<>();
        for (Row row : scenario.rows) {
            Figures[] figures = new Figures[1];
            Simulation.numbers(THREADS, time -> {
                figures[0] = new MatrixRun(time, scenario, row).play();
                return "";
            });
            rows.add(figures[0]);
        }
        results.put(scenario, rows);
        Results.check("matrix/" + scenario.id, rows.stream().map(Figures::line).toList());
        Results.check(
                DOCS.resolve("simulations/" + scenario.id + ".svg"),
                Report.chart(scenario, rows).svg());
    }

    private void page() throws IOException {
        assertThat(results.keySet()).as("scenarios that were played").containsExactlyElementsOf(all);
        Results.check(
                DOCS.resolve("simulations.md"),
                Report.page(results, new SubsetFleet(10_000, 1000).rows(100, 50, 20, 10)));
        List<String> ids = all.stream().map(s -> s.id).sorted().toList();
        assertThat(names(DOCS.resolve("simulations"))).isEqualTo(ids);
        assertThat(names(Results.FOLDER.resolve("matrix"))).isEqualTo(ids);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString().replaceAll("\\.\\w+$", ""))
                    .sorted()
                    .toList();
        }
    }
}
