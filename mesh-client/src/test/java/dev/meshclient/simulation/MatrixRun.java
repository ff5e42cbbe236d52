package dev.meshclient.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.MeshFailure;
import dev.meshclient.MeshOptions;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.NoRetry;
import dev.meshclient.internal.time.VirtualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import okhttp3.Request;

/** One row of a scenario: callers, each with a mesh of its own, that share the nodes. */
final class MatrixRun {
    static final String NOT_LISTED = "";
    private static final int SPANS = 48;
    private static final int USERS = 199;
    private static final String UNEXPLAINED = "unexplained";

    final VirtualTime time;
    final Row row;
    final List<Node> nodes;
    final List<World> callers = new ArrayList<>();
    final Samples samples;
    private final MatrixScenario scenario;
    private final List<Peer> peers = new ArrayList<>();
    private final String[] health;
    private final Map<String, Integer> avoidable = new TreeMap<>();
    private final List<HttpUrl> paths;
    /** Attempts at services behind the one that is called. */
    LongSupplier deep = () -> 0;

    private final List<World> inner = new ArrayList<>();
    private int chosen = Integer.MAX_VALUE; // the fewest endpoints that were listed
    private int begun;

    MatrixRun(VirtualTime time, MatrixScenario scenario, Row row) {
        this.time = time;
        this.scenario = scenario;
        this.row = row;
        this.nodes = scenario.nodes.get();
        this.health = new String[nodes.size()];
        this.paths = Stream.of(scenario.paths.split(" "))
                .map(path -> HttpUrl.get("http://orders" + path))
                .toList();
        this.samples = new Samples(scenario.end / SPANS, SPANS);
        for (int i = 0; i < nodes.size(); i++) {
            peers.add(nodes.get(i).peer(i));
            health[i] = "HEALTHY";
        }
        for (String zone : scenario.zones) {
            Workload self = Workload.of("web");
            callers.add(new World(time, zone.isEmpty() ? self : self.zone(zone), peers));
        }
    }

    /** Plays it; the figures are those of all callers. */
    Figures play() throws IOException {
        apply();
        scenario.events.accept(this);
        for (int i = 0; i < samples.count() - 1; i++) { // the last one when all calls have ended
            int number = i;
            time.at((i + 1) * samples.span(), "sample", () -> sample(number));
        }
        new Arrivals(time, scenario.perSecond, scenario.end, this::call).await();
        time.join();
        sample(samples.count() - 1);
        check();
        callers.forEach(World::close);
        inner.forEach(World::close);
        return new Figures(this, avoidable);
    }

    private void sample(int number) {
        samples.count(number, Samples.Counter.ATTEMPTS, this::attempts);
        samples.count(number, Samples.Counter.CROSSINGS, this::crossings);
        samples.count(number, Samples.Counter.MARKED, this::marked);
        samples.count(number, Samples.Counter.DEEP, deep);
    }

    /** Attempts that came to marked nodes. */
    long marked() {
        return IntStream.range(0, nodes.size())
                .filter(i -> nodes.get(i).isMarked())
                .mapToLong(i -> peers.get(i).served)
                .sum();
    }

    int mostBusy() {
        return peers.stream().mapToInt(p -> p.mostBusy).max().orElse(0);
    }

    long attempts() {
        return callers.stream().mapToLong(w -> w.wire.attempts).sum();
    }

    long crossings() {
        return callers.stream().mapToLong(w -> w.wire.crossings).sum();
    }

    /** Calls begin at this instant, beside those that come by themselves. */
    void burst(int calls) {
        for (int i = 0; i < calls; i++) {
            time.start("burst-" + i, this::call);
        }
    }

    private void call() {
        int number = begun++;
        World caller = callers.get(number % callers.size());
        HttpUrl url = paths.get(time.random().nextInt(paths.size()));
        Call call = caller.newCall(
                new Request.Builder()
                        .url(url)
                        .header("x-user", "user-" + time.random().nextInt(USERS))
                        .build(),
                MeshOptions.DEFAULT);
        String outcome = caller.call(call);
        long now = time.now();
        boolean ok = outcome.equals(Tally.OK);
        samples.ended(now, now - call.startedAt(), ok);
        if (!ok && scenario.askedAgainAfter > 0 && now < scenario.end) {
            long pause = scenario.askedAgainAfter / 2 + time.random().nextLong(scenario.askedAgainAfter);
            time.at(now + pause, "again", () -> time.start("again", this::call));
        }
        if (!ok && isServedSomewhere(url.encodedPath(), now)) {
            avoidable.merge(bound(call, outcome), 1, Integer::sum);
        }
    }

    private boolean isServedSomewhere(String path, long now) {
        return IntStream.range(0, nodes.size())
                .anyMatch(i -> "HEALTHY".equals(health[i]) && nodes.get(i).isWell(path, now, peers.get(i).busy));
    }

    /** What kept the mesh from trying a healthy endpoint; the policy must say so. */
    private static String bound(Call call, String outcome) {
        NoRetry none = call.noRetry();
        if (none != null && none.why() != NoRetry.Why.ENDPOINTS) {
            return none.why().word();
        }
        return outcome.equals(MeshFailure.DEADLINE)
                ? NoRetry.Why.DEADLINE.word()
                : outcome.startsWith("4") ? NoRetry.Why.CONDITION.word() : UNEXPLAINED;
    }

    /** What the registry says of a node from now on; {@link #NOT_LISTED}: nothing. */
    void health(int node, String word) {
        health[node] = word;
        apply();
    }

    private void apply() {
        List<String> listed = IntStream.range(0, nodes.size())
                .filter(i -> !health[i].equals(NOT_LISTED))
                .mapToObj(i -> peers.get(i).json(health[i]))
                .toList();
        chosen = Math.min(chosen, listed.size());
        callers.forEach(w -> {
            w.apply(World.document(World.service("orders", listed, settings())));
            w.events.usable(Math.max(1, chosen - Math.max(1, chosen / 2))); // others may be ejected
        });
    }

    /** Of each service. */
    String settings() {
        String balancer =
                row.settings().contains("loadBalancer") ? "" : row.algorithm().setting();
        return Stream.of(balancer, scenario.settings, row.settings())
                .filter(fields -> !fields.isEmpty())
                .collect(Collectors.joining(", "));
    }

    /** A process behind those that are called, with a mesh of its own. */
    void inner(World world) {
        inner.add(world);
    }

    double perSecond() {
        return scenario.perSecond;
    }

    /** Whether the same user meets the same endpoint, so that there are no more draws than users. */
    boolean isKeyed() {
        return row.algorithm().setting().contains("consistentHash");
    }

    private void check() {
        callers.forEach(w -> w.checkAtRest(w.tally.calls()));
        inner.forEach(w -> w.checkAtRest(w.events.started));
        if (!row.settings().contains("retryConstraint")) {
            callers.forEach(w -> w.events.checkBudgets(20, 10));
            inner.forEach(w -> w.events.checkBudgets(20, 10));
        }
        assertThat(avoidable)
                .as("requests lost that a healthy endpoint could have served, and no bound of the policy is the reason")
                .doesNotContainKey(UNEXPLAINED);
        assertThat(avoidable.keySet())
                .as("bounds by which requests are lost that a healthy endpoint could have served")
                .allMatch(why -> scenario.mayLose.test(row, why));
        scenario.checks.accept(this);
    }
}
