package dev.meshclient.benchmarks;

import dev.meshclient.Mesh;
import dev.meshclient.benchmarks.Figure.Baseline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes 10,000 calls at a time on virtual threads to 100 endpoints, with the mesh and with two clients of plain OkHttp in turns. The
 * endpoints answer after a second: the time until all are answered, processor time, and pinned threads. Then they answer when all calls
 * are in flight: memory. Needs JDK 21; OkHttp's HTTP/2 pins threads before JDK 24. The server is another JVM. Over HTTP/1.1 each call of
 * the three clients needs a descriptor ({@code ulimit -n}). The scenario {@code virtual} is the same for h2c.
 *
 * <pre>
 * mvn -q -Pbench -pl benchmarks -am -DskipTests verify -Dbench.main=dev.meshclient.benchmarks.VirtualThreads -Dbench.args="h2c 10000"
 * </pre>
 */
public final class VirtualThreads {
    private static final int ENDPOINTS = 100;
    private static final int WARM_UP = 3;
    private static final int ROUNDS = 5;
    private static final long PAUSE_MILLIS = 1000;

    private final String subject;
    private final List<Figure> figures = new ArrayList<>();

    private VirtualThreads(String subject) {
        this.subject = subject;
    }

    /** The protocol, and the number of calls. */
    public static void main(String[] args) throws Exception {
        if (args.length != 2 || !args[1].matches("[1-9]\\d{0,4}")) {
            throw new IllegalArgumentException("two arguments are needed: a protocol of " + LoopbackEndpoints.PROTOCOLS
                    + ", and calls from 1 to 99999");
        }
        System.out.println("JDK " + Runtime.version());
        for (Figure figure : measure(args[0], Integer.parseInt(args[1]))) {
            System.out.println(figure.subject() + ": " + figure.quantity().text() + ": "
                    + Report.cell(Optional.of(figure), Double.NaN));
        }
        System.exit(0); // idle connections have threads
    }

    static List<Figure> measure(String protocol, int calls) throws Exception {
        try (LoopbackEndpoints.Server server = LoopbackEndpoints.Server.start(PAUSE_MILLIS)) {
            LoopbackEndpoints endpoints = server.endpoints(protocol, ENDPOINTS);
            try (Mesh mesh = endpoints.mesh("")) {
                VirtualCallers plain = new VirtualCallers(endpoints.plain(), endpoints::url, ROUNDS);
                VirtualCallers again = new VirtualCallers(endpoints.plain(), endpoints::url, ROUNDS);
                VirtualCallers meshed =
                        new VirtualCallers(mesh.wrap(endpoints.plain()), i -> endpoints.serviceUrl(), ROUNDS);
                run(List.of(plain, meshed, again), calls, server.process());
                VirtualThreads results = new VirtualThreads("%,d calls over %s".formatted(calls, protocol));
                results.compare(plain, again, meshed);
                return results.figures;
            }
        }
    }

    private static void run(List<VirtualCallers> clients, int calls, PeerServer server) throws Exception {
        for (VirtualCallers client : clients) {
            client.warmUp(ENDPOINTS); // a connection to each
        }
        for (int i = 0; i < WARM_UP; i++) {
            for (VirtualCallers client : clients) {
                client.warmUp(calls);
            }
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (VirtualCallers client : clients) {
                client.answered(calls, round);
                client.held(calls, round, server);
            }
        }
    }

    private void compare(VirtualCallers plain, VirtualCallers again, VirtualCallers meshed) throws IOException {
        Baseline cpu = new Baseline(plain.cpu, again.cpu);
        Baseline kept = new Baseline(plain.keptBytes, again.keptBytes);
        Baseline millis = new Baseline(plain.millis, again.millis);
        add("mesh", Quantity.PROCESS_CPU, cpu.ratios(meshed.cpu), cpu.drift());
        add("mesh", Quantity.ANSWERED_MILLIS, meshed.millis, millis.drift());
        add("plain", Quantity.ANSWERED_MILLIS, millis.means(), millis.drift());
        add("mesh", Quantity.KEPT_IN_FLIGHT, meshed.keptBytes, kept.drift());
        add("plain", Quantity.KEPT_IN_FLIGHT, kept.means(), kept.drift());
        add("mesh", Quantity.PINNED, meshed.pinned, 0);
        add("plain", Quantity.PINNED, plain.pinned, 0);
    }

    private void add(String client, Quantity quantity, double[] rounds, double drift) {
        figures.add(Figure.of(Scenario.VIRTUAL, CallPath.DIRECT, subject + ", " + client, quantity, rounds)
                .withDrift(drift));
    }
}
