package dev.meshclient.simulation;

import static dev.meshclient.simulation.Outages.FROM;
import static dev.meshclient.simulation.Outages.UNTIL;
import static dev.meshclient.simulation.Outages.nodes;
import static dev.meshclient.simulation.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/** Scenarios of the matrix in which zones matter. The shares are those that the rule of semantics.md gives, computed here anew. */
final class Zones {
    private static final List<String> ALL = List.of("eu/eu-1a", "eu/eu-1b", "eu/eu-1c");
    private static final int IN_EACH = 4;
    private static final double OVERPROVISIONING = 1.4;
    private static final String SAME = "attempts in the caller's own zone";

    private Zones() {}

    static List<MatrixScenario> all() {
        return List.of(lost(), half());
    }

    private static MatrixScenario lost() {
        return new MatrixScenario(
                        "zone-loss",
                        "A zone is lost",
                        """
                        Three zones of four endpoints each, and a caller in two of them. The endpoints of one cannot be reached any more, not even to be refused: each
                        attempt waits a second for its connection. The mesh learns of it by its attempts alone.""",
                        () -> nodes(3 * IN_EACH, (node, i) -> {
                            node.in(ALL.get(i / IN_EACH));
                            if (i < IN_EACH) {
                                node.marked().during(FROM, UNTIL, Trouble.unreachable());
                            }
                        }))
                .callersIn(ALL.subList(0, 2))
                .trouble(FROM, UNTIL)
                .rows(Row.allAndOneWithoutEjection())
                .losesNothing()
                .holds(run -> {
                    sameZone(run, 0, FROM, 100);
                    if (run.row.isBuiltIn()) {
                        sameZone(run, FROM + 10 * SECOND, UNTIL, (0 + 100) / 2.0);
                    }
                })
                .chart("time of 95 of 100 calls", Measure.P95)
                .chart(SAME, Measure.SAME_ZONE);
    }

    private static MatrixScenario half() {
        int usable = IN_EACH / 2;
        double stays = 100 * OVERPROVISIONING * usable / IN_EACH;
        return new MatrixScenario(
                        "half-a-zone",
                        "Half of a zone is away",
                        """
                        The same zones; the registry marks two of the four endpoints of one as UNHEALTHY. The caller there keeps 1.4 × 2 / 4 = 70 % of its calls in its zone
                        and sends the others to the other zones; the caller in another zone keeps all.""",
                        () -> nodes(3 * IN_EACH, (node, i) -> {
                            node.in(ALL.get(i / IN_EACH));
                            if (i < usable) {
                                node.marked();
                            }
                        }))
                .callersIn(ALL.subList(0, 2))
                .trouble(FROM, UNTIL)
                .losesNothing()
                .happens(run -> {
                    for (int i = 0; i < usable; i++) {
                        int node = i;
                        run.time.at(FROM, "it is away", () -> run.health(node, "UNHEALTHY"));
                        run.time.at(UNTIL, "it is back", () -> run.health(node, "HEALTHY"));
                    }
                })
                .holds(run -> {
                    sameZone(run, 0, FROM, 100);
                    sameZone(run, FROM + 2 * SECOND, UNTIL, (stays + 100) / 2);
                })
                .chart(SAME, Measure.SAME_ZONE)
                .chart("share of the two", Measure.MARKED);
    }

    /** All or nothing to a few percent of retries and probes; what is drawn, to five standard deviations of as many draws. */
    private static void sameZone(MatrixRun run, long from, long until, double percent) {
        double draws = (until - from) / 1e9 * run.perSecond();
        double tolerance = percent == 100 ? 0 : 100 * 5 * StrictMath.sqrt(0.25 / (run.isKeyed() ? 199 : draws));
        assertThat(100 - run.samples.percent(Samples.Counter.CROSSINGS, from, until))
                .as("%% of the attempts in the own zone, t=%d s to %d s", from / SECOND, until / SECOND)
                .isBetween(percent - tolerance, percent + tolerance);
    }
}
