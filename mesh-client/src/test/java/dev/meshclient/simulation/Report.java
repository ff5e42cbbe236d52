package dev.meshclient.simulation;

import dev.meshclient.internal.balance.SubsetFleet;
import dev.meshclient.simulation.report.Chart;
import dev.meshclient.simulation.report.Style;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes docs/simulations.md. */
final class Report {
    private Report() {}

    static Chart chart(MatrixScenario scenario, List<Figures> rows) {
        List<Chart.Panel> panels = scenario.panels.stream()
                .map(panel -> new Chart.Panel(
                        panel.title(),
                        panel.measure().unit(),
                        panel.measure().isLogarithmic(),
                        rows.stream()
                                .filter(figures -> panel.rows().test(figures.row))
                                .map(figures -> new Chart.Line(
                                        name(scenario, figures.row),
                                        style(scenario, figures.row),
                                        figures.samples.values(panel.measure())))
                                .toList()))
                .toList();
        return new Chart(
                scenario.title + ": "
                        + scenario.panels.stream()
                                .map(MatrixScenario.Panel::title)
                                .collect(Collectors.joining("; ")),
                scenario.end / 1e9,
                scenario.from / 1e9,
                scenario.until / 1e9,
                panels);
    }

    /** Where each algorithm has the variant, panels tell the variants apart. */
    private static String name(MatrixScenario scenario, Row row) {
        return isOneOfMany(scenario, row)
                ? row.algorithm().name()
                : row.toString().replace("`", "");
    }

    private static Style style(MatrixScenario scenario, Row row) {
        return isOneOfMany(scenario, row)
                ? Style.of(List.of(Algorithm.values()).indexOf(row.algorithm()))
                : Style.ofOther(scenario.rows.indexOf(row) % Algorithm.values().length);
    }

    private static boolean isOneOfMany(MatrixScenario scenario, Row row) {
        return scenario.rows.stream()
                        .filter(r -> r.variant().equals(row.variant()))
                        .count()
                > Algorithm.values().length / 2;
    }

    /**
     * The whole page.
     *
     * @param results the rows of each scenario, in the order of the page
     * @param fleet of {@link SubsetFleet}
     */
    static String page(Map<MatrixScenario, List<Figures>> results, List<List<String>> fleet) throws IOException {
        StringBuilder page = new StringBuilder();
        page.append(text("head"));
        overview(page, results);
        page.append(text("reading"));
        results.forEach((scenario, rows) -> section(page, scenario, rows));
        page.append(text("fleet"));
        table(page, SubsetFleet.COLUMNS, fleet);
        page.append(text("others"));
        return page.append(text("left-out")).toString();
    }

    private static void overview(StringBuilder page, Map<MatrixScenario, List<Figures>> results) {
        List<String> head = new ArrayList<>(List.of("Built in"));
        for (Algorithm algorithm : Algorithm.values()) {
            head.add("`" + algorithm + "`");
        }
        List<List<String>> table = new ArrayList<>();
        results.forEach((scenario, rows) -> {
            List<String> cells = new ArrayList<>(List.of("[" + scenario.title + "](#" + anchor(scenario.title) + ")"));
            for (Algorithm algorithm : Algorithm.values()) {
                cells.add(rows.stream()
                        .filter(f -> f.row.isBuiltIn() && f.row.algorithm() == algorithm)
                        .map(Figures::cell)
                        .findFirst()
                        .orElse(""));
            }
            table.add(cells);
        });
        table(page, head, table);
    }

    private static void section(StringBuilder page, MatrixScenario scenario, List<Figures> rows) {
        page.append("## ")
                .append(scenario.title)
                .append("\n\n")
                .append(scenario.text)
                .append("\n\n");
        page.append("![")
                .append(chart(scenario, rows).title())
                .append("](simulations/")
                .append(scenario.id)
                .append(".svg)\n\n");
        table(page, Figures.COLUMNS, rows.stream().map(Figures::cells).toList());
    }

    private static void table(StringBuilder page, List<String> head, List<List<String>> rows) {
        page.append("| ").append(String.join(" | ", head)).append(" |\n|");
        head.forEach(cell -> page.append("---|"));
        page.append('\n');
        rows.forEach(row -> page.append("| ").append(String.join(" | ", row)).append(" |\n"));
        page.append('\n');
    }

    /** As GitHub makes it. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\w\\- ]", "").replace(' ', '-');
    }

    /** A part of the page that no run changes. */
    private static String text(String name) throws IOException {
        return Files.readString(Path.of("src/test/resources/dev/meshclient/simulation/report/" + name + ".md"));
    }
}
