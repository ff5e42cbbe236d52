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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing is wrong, for an hour. */
class SteadyTest {
    private static final int LIMIT = 64;

    private static String play(VirtualTime time, String algorithm, long nanos) throws IOException {
        List<Peer> peers = IntStream.rangeClosed(1, 6)
                .mapToObj(i -> new Peer(
                        "10.0.0." + i,
                        "",
                        (now, busy, random) ->
                                new Peer.Answer(Peer.logNormal(30 * MS, 0.3, random), 200, random.nextLong(2 * MS))))
                .toList();
        World world = new World(time, Workload.of("web"), peers);
        world.apply(World.document(
                "orders",
                peers,
                "'loadBalancer': {'simple': '" + algorithm + "'}, 'limits': {'maxRequests': " + LIMIT + "}"));
        world.events.usable(6);
        world.play(20, nanos);
        assertThat(world.tally.failures()).isEmpty();
        String line = world.line(algorithm);
        long fewest = peers.stream().mapToLong(p -> p.served).min().orElseThrow();
        long most = peers.stream().mapToLong(p -> p.served).max().orElseThrow();
        world.checkLimit("orders", LIMIT);
        return line + ", of an endpoint " + fewest + " to " + most;
    }

    @ParameterizedTest
    @EnumSource
    void numbers_of_an_hour(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String algorithm : List.of("LEAST_REQUEST", "ROUND_ROBIN", "RANDOM")) {
            lines.add(Simulation.numbers(kind, time -> play(time, algorithm, 60 * MINUTE)));
        }
        Results.check("steady", lines);
    }

    @Test
    void holds_when_events_meet() {
        Simulation.races(5, time -> play(time, "LEAST_REQUEST", 20 * SECOND));
    }
}
