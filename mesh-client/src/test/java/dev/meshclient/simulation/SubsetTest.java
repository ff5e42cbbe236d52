package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MINUTE;
import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

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

/** One client of 400 endpoints, of which every fourth refuses connections for a minute. */
class SubsetTest {
    private static final long FROM = MINUTE;
    private static final long TO = 2 * MINUTE;

    private static Peer peer(int number) {
        return new Peer(
                "10.0." + number / 200 + "." + (number % 200 + 1),
                "",
                (now, busy, random) -> number % 4 == 0 && now >= FROM && now < TO
                        ? Peer.Answer.refused()
                        : Peer.Answer.ok(Peer.logNormal(20 * MS, 0.3, random)));
    }

    private static String play(VirtualTime time, String name, String settings, long nanos) throws IOException {
        List<Peer> peers = IntStream.range(0, 400).mapToObj(SubsetTest::peer).toList();
        World world = new World(time, Workload.of("web").instance("web-1"), peers);
        world.apply(World.document("orders", peers, settings));
        long[] called = new long[1];
        time.at(
                FROM,
                "the trouble begins",
                () -> called[0] = peers.stream().filter(p -> p.served > 0).count());
        new Arrivals(time, 100, nanos, () -> world.call(world.newCall("orders", MeshOptions.DEFAULT))).await();
        time.signal("the last calls").await(time.now() + 20 * SECOND);
        world.close();
        time.join();
        world.checkAtRest(world.tally.calls());
        long last =
                peers.stream().filter(p -> p.lastArrival > nanos - 30 * SECOND).count();
        return world.line(name)
                + String.format(
                        Locale.ROOT,
                        ", ejected %d, returned %d, checks %d, endpoints called in the first minute %d, ever %d, in the last"
                                + " 30 s %d",
                        world.events.ejected,
                        world.events.returned,
                        world.wire.checks,
                        called[0],
                        peers.stream().filter(p -> p.served > 0).count(),
                        last);
    }

    private static String subset(int size) {
        return "\"loadBalancer\": {\"simple\": \"LEAST_REQUEST\", \"subsetSize\": " + size + "}";
    }

    @ParameterizedTest
    @EnumSource
    void numbers(ThreadKind kind) throws IOException {
        String checks = ", \"healthCheck\": {\"path\": \"/healthz\", \"interval\": \"2s\"}";
        List<String> lines = new ArrayList<>();
        for (int size : List.of(0, 20)) {
            lines.add(Simulation.numbers(kind, time -> play(time, "subset " + size, subset(size), 210 * SECOND)));
            lines.add(Simulation.numbers(
                    kind,
                    time -> play(time, "subset " + size + ", health checks", subset(size) + checks, 210 * SECOND)));
        }
        Results.check("subset", lines);
    }

    @Test
    void loses_no_call_when_events_meet() {
        Simulation.races(2, time -> {
            String line = play(time, "subset", subset(10), FROM + 20 * SECOND);
            assertThat(line).contains("failed {}");
            return line;
        });
    }
}
