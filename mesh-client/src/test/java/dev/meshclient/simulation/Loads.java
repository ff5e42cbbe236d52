package dev.meshclient.simulation;

import static dev.meshclient.simulation.Outages.FROM;
import static dev.meshclient.simulation.Outages.UNTIL;
import static dev.meshclient.simulation.Outages.nodes;
import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;

import java.util.ArrayList;
import java.util.List;

/** Scenarios of the matrix in which endpoints are slow, or have too much to do. */
final class Loads {
    private static final String P95 = "time of 95 of 100 calls";
    private static final String SHARE = "its share";
    private static final String LOST = "calls that are lost";

    private Loads() {}

    static List<MatrixScenario> all() {
        return List.of(steady(), slowdown(), thresholds(), unequal(), cold(), spike(), rateLimits(), herd());
    }

    private static MatrixScenario steady() {
        return new MatrixScenario(
                        "steady",
                        "Nothing is wrong",
                        "Five endpoints that answer in 20 ms. Dialogue's `simplest_case`.",
                        () -> nodes(5, node -> {}))
                .losesNothing()
                .chart(P95, Measure.P95)
                .chart("share of the first", Measure.MARKED);
    }

    private static MatrixScenario slowdown() {
        return new MatrixScenario(
                        "drastic-slowdown",
                        "One endpoint takes two seconds",
                        "One of five endpoints takes a hundred times as long, and fails nothing. Dialogue's `drastic_slowdown`.",
                        () -> nodes(5, node -> node.during(FROM, UNTIL, Trouble.slow(100))))
                .trouble(FROM, UNTIL)
                .losesNothing()
                .chart(P95, Measure.P95)
                .chart(SHARE, Measure.MARKED);
    }

    private static MatrixScenario thresholds() {
        return new MatrixScenario(
                        "thresholds",
                        "One endpoint is slow, and each fails above its capacity",
                        """
                        Five endpoints answer 503 in 5 ms above four requests at once; one of them takes fifteen times as long as the others. Dialogue's
                        `slowdown_and_error_thresholds`.""",
                        () -> nodes(5, (node, i) -> {
                            node.capacity(4, Trouble.status(503, 5 * MS));
                            if (i == 0) {
                                node.marked().during(FROM, UNTIL, Trouble.slow(15));
                            }
                        }))
                .trouble(FROM, UNTIL)
                .chart(LOST, Measure.LOST)
                .chart(SHARE, Measure.MARKED);
    }

    private static MatrixScenario unequal() {
        return new MatrixScenario(
                        "unequal",
                        "Machines of two sizes",
                        """
                        Two of four endpoints take three times as long as the others, and have a third of their capacity: two requests at once, above which they take
                        longer in proportion. All have the same weight in the policy. `WEIGHTED_LOAD` takes all for equal for the first ten seconds (`blackoutPeriod`).""",
                        () -> nodes(4, (node, i) -> {
                            if (i < 2) {
                                node.marked().median(60 * MS).capacity(2);
                            } else {
                                node.capacity(6);
                            }
                        }))
                .calls(120, 30 * SECOND)
                .rows(
                        Row.and(
                                Row.all(),
                                new Row(
                                        Algorithm.MAGLEV,
                                        "`hashBalanceFactor` 125",
                                        "'loadBalancer': {'consistentHash': {'httpHeaderName': 'x-user', 'maglev': {}, 'hashBalanceFactor': 125}}")))
                .losesNothing()
                .chart(P95, Measure.P95)
                .chart("share of the small ones", Measure.MARKED);
    }

    private static MatrixScenario cold() {
        long warm = 20 * SECOND;
        List<Row> rows = new ArrayList<>(Row.all());
        for (Algorithm algorithm : Algorithm.values()) {
            rows.add(new Row(algorithm, "warmup", algorithm.setting(", 'warmup': {'duration': '20s'}")));
        }
        return new MatrixScenario(
                        "cold",
                        "A new endpoint is cold",
                        """
                        A fifth endpoint joins four. At first it takes twenty times as long as they do, which becomes less over twenty seconds, and four requests
                        at once are enough for it: above that it takes longer in proportion. With `warmup` it gets a tenth of its share at first, and more as time passes.""",
                        () -> nodes(
                                5, node -> node.capacity(4).during(FROM, FROM + warm, Trouble.cold(20, FROM, warm))))
                .trouble(FROM, FROM + warm)
                .rows(rows)
                .losesNothing()
                .happens(run -> {
                    run.health(0, MatrixRun.NOT_LISTED);
                    run.time.at(FROM, "it joins", () -> run.health(0, "HEALTHY"));
                })
                .chart("time of 95 of 100 calls, built in", Measure.P95, Row::isBuiltIn)
                .chart("with warmup", Measure.P95, row -> !row.isBuiltIn());
    }

    private static MatrixScenario spike() {
        return new MatrixScenario(
                        "spike",
                        "Three hundred calls at once",
                        """
                        Five endpoints serve twenty requests at once each, and answer 429 to more; 300 calls come at one instant. Dialogue's `one_big_spike`. A 429 is
                        not retried unless the policy says so; a queue (`limits`) lets the calls wait at the caller.""",
                        () -> nodes(5, (node, i) -> node.capacity(20, Trouble.status(429, MS))))
                .calls(40, 30 * SECOND)
                .trouble(FROM, FROM + SECOND)
                .rows(Row.and(
                        Row.all(),
                        new Row(
                                Algorithm.LEAST_REQUEST,
                                "queue",
                                "'limits': {'maxRequests': 40, 'maxPendingRequests': 1000}")))
                .happens(run -> run.time.at(FROM, "the spike", () -> run.burst(300)))
                .chart(LOST, Measure.LOST)
                .chart(P95, Measure.P95);
    }

    private static MatrixScenario rateLimits() {
        return new MatrixScenario(
                        "rate-limits",
                        "Each endpoint serves so many requests a second",
                        """
                        Each of five endpoints serves 20 requests a second and answers 429 to more; 80 come in all. Dialogue's `server_side_rate_limits`.
                        For each 429 an endpoint gets less of its share for a second ([why](ejection.md#when-an-endpoint-is-ejected)): little less after one, so that the
                        others do not reach their limits. `ROUND_ROBIN` stays below all limits.""",
                        () -> nodes(
                                5,
                                (node, i) ->
                                        node.during(0, Long.MAX_VALUE, Trouble.above(20, Peer.Answer.status(429, MS)))))
                .calls(80, 45 * SECOND)
                .chart(LOST, Measure.LOST)
                .chart(P95, Measure.P95);
    }

    private static MatrixScenario herd() {
        return new MatrixScenario(
                        "herd",
                        "A thundering herd after an outage",
                        """
                        Four endpoints refuse all connections for ten seconds, and each caller without an answer calls again after about a second, until there is one. After the
                        outage some five hundred callers are there. An endpoint does five requests at once, and answers 503 to more after 20 ms of work.""",
                        () -> nodes(4, (node, i) -> node.median(60 * MS)
                                .capacity(5, Trouble.status(503, 20 * MS))
                                .during(FROM, FROM + 10 * SECOND, Trouble.refuses())))
                .calls(50, 35 * SECOND)
                .askedAgainAfter(SECOND)
                .trouble(FROM, FROM + 10 * SECOND)
                .rows(Row.and(Row.all(), new Row(Algorithm.LEAST_REQUEST, Row.NO_BUDGET, Row.WITHOUT_BUDGET)))
                .chart("calls that are served", Measure.SERVED)
                .chart("attempts", Measure.ATTEMPTS);
    }
}
