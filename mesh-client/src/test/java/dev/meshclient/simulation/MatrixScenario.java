package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.SECOND;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** A scenario of the matrix: nodes, calls, what happens, and what the report shows. Each row plays it with nodes of its own. */
final class MatrixScenario {
    final String id;
    final String title;
    final String text;
    final Supplier<List<Node>> nodes;
    final List<Panel> panels = new ArrayList<>();
    final List<String> zones = new ArrayList<>(List.of("", ""));
    List<Row> rows = Row.all();
    Consumer<MatrixRun> events = run -> {};
    Consumer<MatrixRun> checks = run -> {};
    BiPredicate<Row, String> mayLose = (row, why) -> true;
    String settings = "";
    String paths = "/";
    double perSecond = 60;
    long end = 60 * SECOND;
    long from;
    long until;
    long askedAgainAfter;

    /** A chart of some of the rows. */
    record Panel(String title, Measure measure, Predicate<Row> rows) {}

    /** @param text for the report: what happens, in Markdown */
    MatrixScenario(String id, String title, String text, Supplier<List<Node>> nodes) {
        this.id = id;
        this.title = title;
        this.text = text;
        this.nodes = nodes;
    }

    /** So many calls a second, of all callers, until then. */
    MatrixScenario calls(double aSecond, long until) {
        perSecond = aSecond;
        end = until;
        return this;
    }

    /** One caller in each of these zones. */
    MatrixScenario callersIn(List<String> all) {
        zones.clear();
        zones.addAll(all);
        return this;
    }

    /** A caller without an answer calls again after about this time, until there is one. */
    MatrixScenario askedAgainAfter(long nanos) {
        askedAgainAfter = nanos;
        return this;
    }

    /** The paths of the calls, in turn, with blanks between. */
    MatrixScenario paths(String all) {
        paths = all;
        return this;
    }

    /** The time that the charts mark. */
    MatrixScenario trouble(long begins, long ends) {
        from = begins;
        until = ends;
        return this;
    }

    MatrixScenario rows(List<Row> all) {
        rows = all;
        return this;
    }

    /** Fields of the service, the same for all rows. */
    MatrixScenario settings(String fields) {
        settings = fields;
        return this;
    }

    /** What happens beside what the nodes do: runs before the first call. */
    MatrixScenario happens(Consumer<MatrixRun> all) {
        events = all;
        return this;
    }

    /** What must hold at the end of each row, beside what always must. */
    MatrixScenario holds(Consumer<MatrixRun> all) {
        checks = all;
        return this;
    }

    /** With the built-in values no request is lost that a healthy endpoint could have served. */
    MatrixScenario losesNothing() {
        mayLose = (row, why) -> !row.isBuiltIn();
        return this;
    }

    MatrixScenario chart(String itsTitle, Measure measure) {
        return chart(itsTitle, measure, row -> true);
    }

    MatrixScenario chart(String itsTitle, Measure measure, Predicate<Row> some) {
        panels.add(new Panel(itsTitle, measure, some));
        return this;
    }

    @Override
    public String toString() {
        return id;
    }
}
