package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MINUTE;
import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.MeshOptions;
import dev.meshclient.Workload;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Endpoints that fail, or only fail their health checks: which of them get calls, and when they return. */
class HealthCheckTest {
    private static final long FROM = 20 * SECOND;
    private static final String NO_EJECTION = "\"outlierDetection\": {\"maxEjectionPercent\": 0}";
    private static final String EJECTION = "\"outlierDetection\": {}";
    private static final String CHECKS = ", \"healthCheck\": {\"path\": \"/healthz\", \"interval\": \"2s\"}";

    private static Peer.Script good() {
        return (now, busy, random) -> Peer.Answer.ok(Peer.logNormal(20 * MS, 0.3, random));
    }

    private static Peer.Script trouble(Peer.Answer answer, long until) {
        return (now, busy, random) -> now >= FROM && now < until ? answer : good().answer(now, busy, random);
    }

    private static Peer peer(int number, Peer.Script script) {
        return new Peer("10.0." + number / 200 + "." + number % 200, "", script);
    }

    private static final Peer.Answer FAST_503 = Peer.Answer.status(503, 2 * MS);
    private static final Peer.Answer HANGS = Peer.Answer.ok(10 * MINUTE);

    private static String play(VirtualTime time, String name, String settings, Peer first) throws IOException {
        List<Peer> peers = new ArrayList<>(List.of(first, peer(2, good()), peer(3, good())));
        World world = new World(time, Workload.of("web"), peers);
        world.apply(World.document("orders", peers, settings));
        long[] at = new long[3];
        time.at(FROM, "the trouble begins", () -> at[0] = first.served);
        time.at(FROM + 15 * SECOND, "it may have ended", () -> at[1] = first.served);
        time.at(FROM + 45 * SECOND, "it has ended", () -> at[2] = first.served);
        play(world, time, 2 * MINUTE);
        return world.line(name)
                + String.format(
                        Locale.ROOT,
                        ", ejected %d, returned %d, checks %d, calls of the bad one in 15 s %d, in the next 30 s %d",
                        world.events.ejected,
                        world.events.returned,
                        world.wire.checks,
                        at[1] - at[0],
                        at[2] - at[1]);
    }

    /** Checks go on as long as the mesh does. */
    private static void play(World world, VirtualTime time, long nanos) throws IOException {
        new Arrivals(time, 200, nanos, () -> world.call(world.newCall("orders", MeshOptions.DEFAULT))).await();
        time.signal("the last calls").await(time.now() + 20 * SECOND);
        world.close();
        time.join();
        world.checkAtRest(world.tally.calls());
    }

    @ParameterizedTest
    @EnumSource
    void numbers(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        String deadline = ", \"timeouts\": {\"request\": \"1s\"}";
        add(lines, kind, "hangs for 60 s, nothing", NO_EJECTION + deadline, peer(1, trouble(HANGS, FROM + MINUTE)));
        add(
                lines,
                kind,
                "hangs for 60 s, checks",
                NO_EJECTION + deadline + CHECKS,
                peer(1, trouble(HANGS, FROM + MINUTE)));
        add(lines, kind, "503s for 15 s, ejection", EJECTION, peer(1, trouble(FAST_503, FROM + 15 * SECOND)));
        add(
                lines,
                kind,
                "503s for 15 s, checks too",
                EJECTION + CHECKS,
                peer(1, trouble(FAST_503, FROM + 15 * SECOND)));
        add(
                lines,
                kind,
                "503s for 60 s, its checks pass",
                EJECTION + CHECKS,
                peer(1, trouble(FAST_503, FROM + MINUTE)).checked(good()));
        Results.check("health-checks", lines);
    }

    private static void add(List<String> lines, ThreadKind kind, String name, String settings, Peer first) {
        lines.add(Simulation.numbers(kind, time -> play(time, name, settings, first)));
    }

    @Test
    void a_call_is_never_lost_because_all_checks_fail() {
        Simulation.races(2, time -> {
            List<Peer> peers = IntStream.rangeClosed(1, 3)
                    .mapToObj(i -> peer(i, good()).checked((now, busy, random) -> FAST_503))
                    .toList();
            World world = new World(time, Workload.of("web"), peers);
            world.apply(World.document("orders", peers, EJECTION + CHECKS));
            play(world, time, MINUTE);
            assertThat(world.tally.failures()).isEmpty();
            assertThat(world.events.ejected).isEqualTo(3);
            assertThat(peers).allSatisfy(peer -> assertThat(peer.served).isGreaterThan(3000));
            return "";
        });
    }

    @Test
    void an_endpoint_that_drains_while_it_fails_its_checks_does_not_get_calls_again() {
        Simulation.races(2, time -> {
            List<Peer> peers =
                    List.of(peer(1, good()).checked((now, busy, random) -> FAST_503), peer(2, good()), peer(3, good()));
            World world = new World(time, Workload.of("web"), peers);
            world.apply(World.document("orders", peers, EJECTION + CHECKS));
            time.at(20 * SECOND, "drains", () -> {
                List<String> endpoints = IntStream.range(0, 3)
                        .mapToObj(i -> peers.get(i).json(i == 0 ? "DRAINING" : "HEALTHY"))
                        .toList();
                world.apply(World.document(World.service("orders", endpoints, EJECTION + CHECKS)));
            });
            play(world, time, MINUTE);
            assertThat(world.events.ejected).isEqualTo(1);
            assertThat(world.events.returned).isZero();
            return "";
        });
    }

    /** The waiting call begins under the first policy, and reaches the backend under the second. */
    @Test
    void checks_that_are_turned_off_and_on_again_begin_although_calls_never_stop() {
        Simulation.races(2, time -> {
            String limits = EJECTION + ", \"limits\": {\"maxRequests\": 1, \"maxPendingRequests\": 9}";
            List<Peer> peers =
                    List.of(peer(1, (now, busy, random) -> Peer.Answer.ok(now < SECOND ? 3 * SECOND : 20 * MS))
                            .checked(good()));
            World world = new World(time, Workload.of("web"), peers);
            world.apply(World.document("orders", peers, limits + CHECKS));
            time.at(2 * SECOND, "turns checks off", () -> world.apply(World.document("orders", peers, limits)));
            long[] before = new long[1];
            time.at(5 * SECOND, "turns checks on", () -> {
                before[0] = world.wire.checks;
                world.apply(World.document("orders", peers, limits + CHECKS));
            });
            new Arrivals(time, 5, MINUTE, () -> world.call(world.newCall("orders", MeshOptions.DEFAULT))).await();
            assertThat(world.wire.checks - before[0]).isBetween(20L, 32L);
            world.close();
            time.join();
            return "";
        });
    }

    /** Each backend may have 16 at a time, and all wait for their time limit: there is a place for one in six of them. */
    @Test
    void a_mesh_makes_64_checks_at_a_time_and_each_service_gets_its_share() {
        Simulation.races(2, time -> {
            int[] atOnce = new int[2];
            List<Peer> peers = new ArrayList<>();
            List<Documents.Service> services = new ArrayList<>();
            int[] checks = new int[24];
            for (int i = 0; i < checks.length; i++) {
                int service = i;
                List<Peer> own = IntStream.range(0, i == 0 ? 200 : 16)
                        .mapToObj(n -> peer(1000 * service + n, good()).checked((now, busy, random) -> {
                            checks[service]++;
                            atOnce[1] = Math.max(atOnce[1], ++atOnce[0]);
                            time.signal("check").await(time.now() + SECOND);
                            atOnce[0]--;
                            return Peer.Answer.ok(0);
                        }))
                        .toList();
                peers.addAll(own);
                services.add(World.service(
                        "s" + i, own.stream().map(p -> p.json("HEALTHY")).toList(), EJECTION + CHECKS));
            }
            World world = new World(time, Workload.of("web"), peers);
            world.apply(World.document(services.toArray(Documents.Service[]::new)));
            for (int i = 0; i < checks.length; i++) {
                world.call(world.newCall("s" + i, MeshOptions.DEFAULT));
            }
            time.signal("nothing").await(time.now() + 30 * SECOND);
            assertThat(atOnce[1]).isEqualTo(64);
            assertThat(IntStream.of(checks).sum()).as("checks").isGreaterThan(64 * 25);
            assertThat(IntStream.of(checks).boxed()).as("of each service").allSatisfy(n -> assertThat(n)
                    .isBetween(65, 100));
            world.close();
            time.join();
            return "";
        });
    }

    /** 16 at a time, whatever their number, and none when the backend is not called any more. */
    @Test
    void checks_are_spread_over_the_interval_and_end_with_the_calls() {
        Simulation.races(2, time -> {
            int[] atOnce = new int[2];
            List<Peer> peers = IntStream.range(0, 400)
                    .mapToObj(i -> peer(i, good()).checked((now, busy, random) -> {
                        atOnce[1] = Math.max(atOnce[1], ++atOnce[0]);
                        time.signal("check").await(time.now() + 20 * MS);
                        atOnce[0]--;
                        return Peer.Answer.ok(0);
                    }))
                    .toList();
            World world = new World(time, Workload.of("web"), peers);
            world.apply(World.document("orders", peers, EJECTION + CHECKS));
            new Arrivals(time, 5, MINUTE, () -> world.call(world.newCall("orders", MeshOptions.DEFAULT))).await();
            long busy = world.wire.checks;
            assertThat(busy).isBetween(400 * 27L, 400 * 33L);
            assertThat(atOnce[1]).isBetween(2, 16);

            time.signal("nothing").await(time.now() + 9 * MINUTE);
            long idle = world.wire.checks - busy;
            assertThat(idle).isBetween(400 * (30 + 7L), 400 * (33 + 9L));

            time.signal("nothing").await(time.now() + 2 * MINUTE);
            long all = world.wire.checks;
            time.signal("nothing").await(time.now() + 10 * MINUTE);
            assertThat(world.wire.checks).isEqualTo(all);
            world.close();
            time.join();
            return "";
        });
    }
}
