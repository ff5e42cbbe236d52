package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Scenarios of the matrix in which endpoints fail. */
final class Outages {
    static final long FROM = 10 * SECOND;
    static final long UNTIL = 30 * SECOND;
    private static final String P95 = "time of 95 of 100 calls";
    private static final String SHARE = "its share";
    private static final String LOST = "calls that are lost";

    private Outages() {}

    static List<MatrixScenario> all() {
        return List.of(
                fastFailure(),
                fastRefusal(),
                slowFailure(),
                blackHole(),
                shortOutage(),
                allFail(),
                onePathEach(),
                flakes(),
                restart(),
                reloading());
    }

    /** So many nodes, the first of which is marked and other than usual. */
    static List<Node> nodes(int count, Consumer<Node> first) {
        return nodes(count, (node, i) -> {
            if (i == 0) {
                first.accept(node.marked());
            }
        });
    }

    static List<Node> nodes(int count, BiConsumer<Node, Integer> each) {
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    Node node = new Node();
                    each.accept(node, i);
                    return node;
                })
                .toList();
    }

    private static MatrixScenario fastFailure() {
        List<Row> rows = new ArrayList<>(Row.all());
        for (Algorithm algorithm : Algorithm.values()) {
            rows.add(Row.withoutEjection(algorithm));
        }
        return new MatrixScenario(
                        "fast-503s",
                        "One endpoint fails fast",
                        """
                        One of four endpoints answers 503 in 2 ms, the others 200 in 60 ms. Dialogue's `fast_503s_then_revert`.

                        It always looks idle, so it has the fewest requests in flight: without ejection, as Envoy and Istio are unless outlier
                        detection is stated, `LEAST_REQUEST` sends it *more* calls than the others, which use up the retry budget. The built-in ejection ends that after
                        five failures in a row for each caller. `PEAK_EWMA` charges a failure as 5 s and needs no ejection; `WEIGHTED_LOAD` needs none if the endpoint reports its errors.""",
                        () -> nodes(4, (node, i) -> {
                            node.median(60 * MS);
                            if (i == 0) {
                                node.marked().during(FROM, UNTIL, Trouble.status(503, 2 * MS));
                            }
                        }))
                .calls(120, 60 * SECOND)
                .callersIn(List.of(""))
                .trouble(FROM, UNTIL)
                .rows(rows)
                .losesNothing()
                .chart("its share, without ejection", Measure.MARKED, row -> !row.isBuiltIn())
                .chart("its share, built in", Measure.MARKED, Row::isBuiltIn);
    }

    private static MatrixScenario fastRefusal() {
        return new MatrixScenario(
                        "fast-400s",
                        "One endpoint refuses all requests fast",
                        """
                        One of four endpoints answers 400 in 2 ms, the others 200 in 60 ms. Dialogue's `fast_400s_then_revert`.

                        To the mesh a 400 is the caller's own fault: it is not retried and ejects no endpoint. `LEAST_REQUEST` and `PEAK_EWMA` take the endpoint for an idle and a fast
                        one and send it more calls than the others, `WEIGHTED_LOAD` nearly all: the endpoint reports hardly any load, and its 400s are none of the errors
                        (`eps`) that it reports.""",
                        () -> nodes(4, (node, i) -> {
                            node.median(60 * MS);
                            if (i == 0) {
                                node.marked().during(FROM, UNTIL, Trouble.status(400, 2 * MS));
                            }
                        }))
                .calls(80, 60 * SECOND)
                .trouble(FROM, UNTIL)
                .chart(LOST, Measure.LOST)
                .chart(SHARE, Measure.MARKED);
    }

    private static MatrixScenario slowFailure() {
        return new MatrixScenario(
                        "slow-503s",
                        "One endpoint fails slowly",
                        "One of five endpoints answers 503 after a second. Dialogue's `slow_503s_then_revert`.",
                        () -> nodes(5, node -> node.during(FROM, UNTIL, Trouble.status(503, SECOND))))
                .trouble(FROM, UNTIL)
                .rows(Row.allAndOneWithoutEjection())
                .losesNothing()
                .chart(P95, Measure.P95)
                .chart(SHARE, Measure.MARKED);
    }

    private static MatrixScenario blackHole() {
        return new MatrixScenario(
                        "black-hole",
                        "One endpoint never answers",
                        "One of five endpoints accepts requests and answers none; the policy gives an attempt 500 ms. Dialogue's `black_hole`.",
                        () -> nodes(5, node -> node.during(FROM, UNTIL, Trouble.blackHole())))
                .settings("'timeouts': {'request': '2s', 'backendRequest': '500ms'}")
                .trouble(FROM, UNTIL)
                .rows(Row.allAndOneWithoutEjection())
                .losesNothing()
                .chart(P95, Measure.P95)
                .chart(SHARE, Measure.MARKED);
    }

    private static MatrixScenario shortOutage() {
        long until = FROM + 5 * SECOND;
        return new MatrixScenario(
                        "short-outage",
                        "One endpoint is away for five seconds",
                        "One of five endpoints refuses connections. Dialogue's `short_outage_on_one_node`.",
                        () -> nodes(5, node -> node.during(FROM, until, Trouble.refuses())))
                .trouble(FROM, until)
                .rows(Row.allAndOneWithoutEjection())
                .losesNothing()
                .chart("attempts", Measure.ATTEMPTS)
                .chart(SHARE, Measure.MARKED);
    }

    private static MatrixScenario allFail() {
        return new MatrixScenario(
                        "all-500s",
                        "All endpoints fail",
                        "All five answer 500 in 20 ms, which is not retried. Dialogue's `all_nodes_500`.",
                        () -> nodes(5, (node, i) -> node.during(FROM, UNTIL, Trouble.status(500, 20 * MS))))
                .trouble(FROM, UNTIL)
                .chart(LOST, Measure.LOST)
                .chart("attempts", Measure.ATTEMPTS);
    }

    private static MatrixScenario onePathEach() {
        return new MatrixScenario(
                        "one-path-each",
                        "One path fails at each endpoint",
                        """
                        Each of five endpoints answers 503 to one of five paths, each to another one. Dialogue's `one_endpoint_dies_on_each_server`, where an endpoint
                        is a path.

                        Ejection knows endpoints and no paths: rows of failures do not get long, as all have good answers in between.""",
                        () -> nodes(
                                5,
                                (node, i) ->
                                        node.during(FROM, UNTIL, Trouble.of("/" + i, Trouble.status(503, 20 * MS)))))
                .paths("/0 /1 /2 /3 /4")
                .trouble(FROM, UNTIL)
                .chart(LOST, Measure.LOST)
                .chart("attempts", Measure.ATTEMPTS);
    }

    private static MatrixScenario flakes() {
        return new MatrixScenario(
                        "flakes",
                        "One response of a hundred fails",
                        "Five endpoints answer 1 % of their requests with 503. Dialogue's `uncommon_flakes`.",
                        () -> nodes(
                                5,
                                (node, i) -> node.during(
                                        FROM, UNTIL, Trouble.sometimes(10, Peer.Answer.status(503, 10 * MS)))))
                .trouble(FROM, UNTIL)
                .rows(Row.allAndOneWithoutEjection())
                .losesNothing()
                .chart("attempts", Measure.ATTEMPTS)
                .chart(P95, Measure.P95);
    }

    private static MatrixScenario restart() {
        return new MatrixScenario(
                        "restart",
                        "A rolling restart without notice",
                        "Each of five endpoints in turn refuses connections for five seconds, one every eight seconds.",
                        () -> nodes(5, (node, i) -> {
                            long from = FROM + i * 8 * SECOND;
                            node.during(from, from + 5 * SECOND, Trouble.refuses());
                            if (i == 0) {
                                node.marked();
                            }
                        }))
                .trouble(FROM, FROM + 37 * SECOND)
                .rows(Row.allAndOneWithoutEjection())
                .losesNothing()
                .chart("attempts", Measure.ATTEMPTS)
                .chart("share of the first", Measure.MARKED);
    }

    private static MatrixScenario reloading() {
        return new MatrixScenario(
                        "live-reloading",
                        "Endpoints come and go by policy",
                        """
                        Of six endpoints three are listed at first, two more come, two of the old ones drain and leave, and one more comes: a document every five seconds.
                        Dialogue's `live_reloading`.""",
                        () -> nodes(6, (node, i) -> {
                            if (i == 5) {
                                node.marked();
                            }
                        }))
                .trouble(FROM, FROM + 25 * SECOND)
                .losesNothing()
                .happens(run -> {
                    for (int i = 3; i < 6; i++) {
                        run.health(i, MatrixRun.NOT_LISTED);
                    }
                    int[] node = {3, 4, 0, 0, 1, 5};
                    String[] word = {"HEALTHY", "HEALTHY", "DRAINING", MatrixRun.NOT_LISTED, "DRAINING", "HEALTHY"};
                    for (int i = 0; i < node.length; i++) {
                        int step = i;
                        run.time.at(FROM + i * 5L * SECOND, "a document", () -> run.health(node[step], word[step]));
                    }
                })
                .chart(P95, Measure.P95)
                .chart("share of the last to come", Measure.MARKED);
    }
}
