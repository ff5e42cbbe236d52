package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MINUTE;
import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;

import dev.meshclient.MeshOptions;
import dev.meshclient.Workload;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Endpoints that state a pause (Retry-After) for half a minute: one of them, or all. */
class StatedPauseTest {
    private static final long FROM = 20 * SECOND;
    private static final long UNTIL = 50 * SECOND;

    /** To see the retries alone. */
    private static final String NO_EJECTION = "'outlierDetection': {'maxEjectionPercent': 0}";

    /** @param busy how many of three endpoints answer so */
    private static String play(VirtualTime time, String name, Peer.Answer answer, int busy, String settings)
            throws IOException {
        List<Peer> peers = IntStream.range(0, 3)
                .mapToObj(i -> new Peer(
                        "10.0.0." + i,
                        "",
                        (now, inFlight, random) -> i < busy && now >= FROM && now < UNTIL
                                ? answer
                                : Peer.Answer.ok(Peer.logNormal(10 * MS, 0.3, random))))
                .toList();
        World world = new World(time, Workload.of("web"), peers);
        world.apply(World.document("orders", peers, settings));
        world.events.usable(2); // one may be out
        Arrivals arrivals =
                new Arrivals(time, 20, 2 * MINUTE, () -> world.call(world.newCall("orders", MeshOptions.DEFAULT)));
        arrivals.await();
        time.join();
        world.checkAtRest(world.tally.calls());
        world.events.checkBudget(20, 10);
        return world.line(name);
    }

    @ParameterizedTest
    @EnumSource
    void numbers(ThreadKind kind) throws IOException {
        Peer.Answer busy = Peer.Answer.status(503, 2 * MS);
        Peer.Answer tooMany = Peer.Answer.status(429, 2 * MS);
        String on429 = "'retry': {'attempts': 2, 'codes': [429, 503]}, " + NO_EJECTION;
        List<String> lines = new ArrayList<>();
        lines.add(Simulation.numbers(kind, time -> play(time, "503 of one, 2 s", busy.retryAfter(2), 1, NO_EJECTION)));
        lines.add(Simulation.numbers(
                kind, time -> play(time, "503 of one, 120 s", busy.retryAfter(120), 1, NO_EJECTION)));
        lines.add(Simulation.numbers(kind, time -> play(time, "503 of one, 2 s, ejection", busy.retryAfter(2), 1, "")));
        lines.add(Simulation.numbers(kind, time -> play(time, "503 of all, 2 s", busy.retryAfter(2), 3, NO_EJECTION)));
        lines.add(Simulation.numbers(kind, time -> play(time, "429 of one, 2 s", tooMany.retryAfter(2), 1, on429)));
        Results.check("stated-pause", lines);
    }
}
