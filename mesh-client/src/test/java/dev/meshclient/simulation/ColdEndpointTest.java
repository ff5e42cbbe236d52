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

/**
 * A fifth endpoint is added after half a minute. It needs twenty times as long as the others at first, and half a minute to become as fast; more
 * than two requests at once share its processors.
 */
class ColdEndpointTest {
    private static final long ADDED = 30 * SECOND;
    private static final long COLD = 30 * SECOND;

    private static Peer peer(int place) {
        return new Peer("10.0.0." + place, "", (now, busy, random) -> {
            double cold = place < 5 ? 0 : Math.max(0, 1 - (double) (now - ADDED) / COLD);
            double slower = (1 + 19 * cold) * Math.max(1, busy / 2.0);
            return Peer.Answer.ok((long) (Peer.logNormal(10 * MS, 0.3, random) * slower));
        });
    }

    private static String play(VirtualTime time, String algorithm, boolean warms, long nanos) throws IOException {
        List<Peer> peers =
                IntStream.rangeClosed(1, 5).mapToObj(ColdEndpointTest::peer).toList();
        World world = new World(time, Workload.of("web"), peers);
        String settings = "'loadBalancer': {'simple': '" + algorithm + "'"
                + (warms ? ", 'warmup': {'duration': '60s'}" : "") + "}";
        world.apply(World.document("orders", peers.subList(0, 4), settings));
        time.at(ADDED, "one more", () -> world.apply(World.document("orders", peers, settings)));
        world.play(200, nanos);
        if (warms) {
            assertThat(world.tally.failures()).isEmpty();
        }
        Peer added = peers.get(4);
        return world.line(algorithm + (warms ? " with warmup" : ""))
                + String.format(
                        Locale.ROOT, ", the new one served %d, at most %d at once", added.served, added.mostBusy);
    }

    @ParameterizedTest
    @EnumSource
    void numbers_of_two_minutes(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String algorithm : List.of("LEAST_REQUEST", "PEAK_EWMA", "ROUND_ROBIN", "RANDOM")) {
            lines.add(Simulation.numbers(kind, time -> play(time, algorithm, false, 2 * MINUTE)));
            lines.add(Simulation.numbers(kind, time -> play(time, algorithm, true, 2 * MINUTE)));
        }
        Results.check("cold-endpoint", lines);
    }

    @Test
    void holds_when_events_meet() {
        Simulation.races(2, time -> play(time, "ROUND_ROBIN", true, MINUTE));
    }
}
