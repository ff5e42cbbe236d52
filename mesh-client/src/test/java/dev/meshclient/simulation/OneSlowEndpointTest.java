package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MINUTE;
import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

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

/** One of five endpoints takes twenty times as long as the others. */
class OneSlowEndpointTest {
    private static final int LIMIT = 500;

    private static String play(VirtualTime time, String algorithm, long nanos) throws IOException {
        List<Peer> peers = IntStream.rangeClosed(1, 5)
                .mapToObj(i -> new Peer(
                        "10.0.0." + i,
                        "",
                        (now, busy, random) ->
                                Peer.Answer.ok(Peer.logNormal(i == 1 ? 600 * MS : 30 * MS, 0.3, random))))
                .toList();
        World world = new World(time, Workload.of("web"), peers);
        world.apply(World.document(
                "orders",
                peers,
                "'loadBalancer': {'simple': '" + algorithm + "'}, 'limits': {'maxRequests': " + LIMIT + "}"));
        world.play(100, nanos);
        assertThat(world.tally.failures()).isEmpty();
        Peer slow = peers.get(0);
        String line = world.line(algorithm)
                + String.format(
                        Locale.ROOT, ", the slow one served %d, at most %d at once", slow.served, slow.mostBusy);
        world.checkLimit("orders", LIMIT);
        return line;
    }

    @ParameterizedTest
    @EnumSource
    void numbers_of_five_minutes(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String algorithm : List.of("LEAST_REQUEST", "PEAK_EWMA", "ROUND_ROBIN", "RANDOM")) {
            lines.add(Simulation.numbers(kind, time -> play(time, algorithm, 5 * MINUTE)));
        }
        Results.check("one-slow-endpoint", lines);
    }

    @Test
    void holds_when_events_meet() {
        Simulation.races(3, time -> play(time, "PEAK_EWMA", 10 * SECOND));
    }
}
