package dev.meshclient.simulation;

import static dev.meshclient.simulation.Outages.FROM;
import static dev.meshclient.simulation.Outages.UNTIL;
import static dev.meshclient.simulation.Outages.nodes;
import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;

import dev.meshclient.InboundContext;
import dev.meshclient.MeshOptions;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Attempt;
import java.io.IOException;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import okhttp3.Headers;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** The scenario of the matrix with services behind the one that is called: each has a mesh that retries. */
final class Hops {
    private static final String UNTOLD = "no `x-mesh-no-retry`";
    private static final int INSTANCES = 3;

    private Hops() {}

    static List<MatrixScenario> all() {
        return List.of(
                new MatrixScenario("three-hops", "Retries over three hops", """
                        The caller calls A, A calls B, B calls C, each with two retries, and the three endpoints of C answer 503. Three attempts of three of three would be 27
                        for a call. A request says that it is a retry, and the service does not retry for it; a service that has used its retries says so in its answer
                        (`x-mesh-no-retry`); and the budget bounds what is left. Compared with services that do not say it, with and without a budget. No service ejects here.""", () -> nodes(INSTANCES, node -> {}))
                        .calls(30, 45 * SECOND)
                        .callersIn(List.of(""))
                        .settings(Row.OF_NO_EJECTION)
                        .trouble(FROM, UNTIL)
                        .rows(Row.and(
                                Row.all(),
                                new Row(Algorithm.LEAST_REQUEST, UNTOLD, ""),
                                new Row(Algorithm.LEAST_REQUEST, UNTOLD + ", " + Row.NO_BUDGET, Row.WITHOUT_BUDGET)))
                        .happens(Hops::build)
                        .chart("attempts at C", Measure.DEEP)
                        .chart("time of 95 of 100 calls", Measure.P95));
    }

    private static void build(MatrixRun run) {
        World ofB =
                world(run, "b", "c", 3, new Node().median(10 * MS).during(FROM, UNTIL, Trouble.status(503, 2 * MS)));
        World ofA = world(run, "a", "b", 2, node(run, ofB, "c"));
        run.nodes.forEach(a -> a.during(0, Long.MAX_VALUE, hop(run, ofA, "b")));
        run.deep = () -> ofB.wire.attempts;
    }

    private static Node node(MatrixRun run, World next, String service) {
        return new Node().during(0, Long.MAX_VALUE, hop(run, next, service));
    }

    private static Hop hop(MatrixRun run, World next, String service) {
        return new Hop(next, service, !run.row.variant().startsWith(UNTOLD));
    }

    private static World world(MatrixRun run, String self, String next, int net, Node script) {
        List<Peer> peers = IntStream.range(0, INSTANCES)
                .mapToObj(i -> new Peer("10." + net + ".0." + i, "", script))
                .toList();
        World world = new World(run.time, Workload.of(self), peers);
        world.apply(World.document(next, peers, run.settings()));
        run.inner(world);
        return world;
    }

    /** Answers what the next service answers; 502 if there is no answer. */
    private record Hop(World next, String service, boolean says) implements Trouble {
        @Override
        public Peer.@Nullable Answer answer(Attempt attempt, long now, RandomGenerator random) {
            InboundContext inbound = InboundContext.of(
                    name -> name.equals("x-mesh-attempt") ? String.valueOf(attempt.announcedNumber()) : null);
            try (Response response = next.send(next.newCall(service, MeshOptions.DEFAULT.withInbound(inbound)))) {
                return answer(response.code(), inbound);
            } catch (IOException e) {
                return answer(502, inbound);
            }
        }

        private Peer.Answer answer(int status, InboundContext inbound) {
            return new Peer.Answer(MS, status, 0, says ? Headers.of(inbound.responseHeaders()) : Headers.EMPTY);
        }

        @Override
        public boolean serves(String path, long now) {
            return now < FROM || now >= UNTIL;
        }
    }
}
