package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
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
 * Each of the instances in turn refuses for five seconds, announced as DRAINING a second before or not at all. Then the endpoint that is out
 * for half a minute may fill the bench: of five no third may go, and refusing at once it would draw more than its share.
 */
class RollingRestartTest {
    private static final long FIRST = 10 * SECOND;
    private static final long EACH = 10 * SECOND;
    private static final long DOWN = 5 * SECOND;
    private static final long END = 200 * SECOND;

    private static boolean isDown(int place, long now) {
        long since = now - FIRST - place * EACH;
        return since >= 0 && since < DOWN;
    }

    private static Documents document(List<Peer> peers, int draining) {
        return World.document(World.service(
                "orders",
                IntStream.range(0, peers.size())
                        .mapToObj(i -> peers.get(i).json(i == draining ? "DRAINING" : "HEALTHY"))
                        .toList(),
                ""));
    }

    private static String play(VirtualTime time, int instances, boolean announced, int perSecond) throws IOException {
        List<Peer> peers = IntStream.range(0, instances)
                .mapToObj(i -> new Peer(
                        "10.0.0." + i,
                        "",
                        (now, busy, random) -> isDown(i, now)
                                ? Peer.Answer.refused()
                                : Peer.Answer.ok(Peer.logNormal(10 * MS, 0.3, random))))
                .toList();
        World world = new World(time, Workload.of("web"), peers);
        world.apply(document(peers, -1));
        for (int i = 0; announced && i < instances; i++) {
            int place = i;
            long down = FIRST + i * EACH;
            time.at(down - SECOND, "it drains", () -> world.apply(document(peers, place)));
            time.at(down + DOWN, "it is back", () -> world.apply(document(peers, -1)));
        }
        world.play(perSecond, END);
        world.events.checkBudget(20, 10);
        world.events.checkOut(instances / 2);
        assertThat(world.tally.failures()).as("calls that were lost").isEmpty();
        if (announced) {
            assertThat(world.events.retries).isZero();
            assertThat(world.events.ejected).isZero();
        }
        return world.line((announced ? "DRAINING announced, of " : "not announced, of ") + instances)
                + String.format(
                        Locale.ROOT,
                        ", ejected %d, returned %d, at most %d out",
                        world.events.ejected,
                        world.events.returned,
                        world.events.mostOut);
    }

    @ParameterizedTest
    @EnumSource
    void numbers(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(Simulation.numbers(kind, time -> play(time, 3, false, 200)));
        lines.add(Simulation.numbers(kind, time -> play(time, 5, true, 200)));
        lines.add(Simulation.numbers(kind, time -> play(time, 5, false, 200)));
        lines.add(Simulation.numbers(kind, time -> play(time, 10, true, 200)));
        lines.add(Simulation.numbers(kind, time -> play(time, 10, false, 200)));
        Results.check("rolling-restart", lines);
    }

    @Test
    void nothing_is_lost_or_leaked_when_events_meet() {
        Simulation.races(2, time -> play(time, 10, false, 100));
    }
}
