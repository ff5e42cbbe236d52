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
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Peers that refuse streams which they have not processed: at the end of each connection, where no call may be lost, and always
 * for half a minute, where they must not get many times their requests.
 */
class UnprocessedTest {
    private static final long FROM = 20 * SECOND;
    private static final long UNTIL = 50 * SECOND;
    private static final long END = 2 * MINUTE;
    private static final long GRACE = 3 * MS;
    private static final int PER_CONNECTION = 100;

    private static Peer.Answer good(RandomGenerator random) {
        return Peer.Answer.ok(Peer.logNormal(10 * MS, 0.3, random));
    }

    /** A connection ends after a hundred requests; what was sent before the caller knows it is refused. */
    private static Peer.Script endingConnections() {
        int[] left = {PER_CONNECTION};
        long[] refusesUntil = {0};
        return (now, busy, random) -> {
            if (now < refusesUntil[0]) {
                return Peer.Answer.refusedStream(MS);
            }
            if (--left[0] == 0) {
                left[0] = PER_CONNECTION;
                refusesUntil[0] = now + GRACE;
            }
            return good(random);
        };
    }

    private static Peer.Script refusing() {
        return (now, busy, random) -> now >= FROM && now < UNTIL ? Peer.Answer.refusedStream(MS) : good(random);
    }

    private static String play(VirtualTime time, String name, int perSecond, Peer.Script... scripts)
            throws IOException {
        List<Peer> peers = IntStream.range(0, scripts.length)
                .mapToObj(i -> new Peer("10.0.0." + i, "", scripts[i]))
                .toList();
        World world = new World(time, Workload.of("web"), peers);
        world.apply(World.document("orders", peers, ""));
        world.events.usable(Math.max(1, scripts.length - 1)); // one of them may be out
        long[] calls = new long[2];
        long[] attempts = new long[2];
        for (int i = 0; i < 2; i++) {
            int edge = i;
            time.at(i == 0 ? FROM : UNTIL, "edge", () -> {
                calls[edge] = world.events.started;
                attempts[edge] = world.wire.attempts;
            });
        }
        Arrivals arrivals =
                new Arrivals(time, perSecond, END, () -> world.call(world.newCall("orders", MeshOptions.DEFAULT)));
        arrivals.await();
        time.join();
        world.checkAtRest(world.tally.calls());
        long asked = calls[1] - calls[0];
        long sent = attempts[1] - attempts[0];
        assertThat(sent).as("attempts in trouble").isLessThanOrEqualTo(2 * asked + 31 * 10);
        return world.line(name)
                + String.format(
                        Locale.ROOT,
                        ", ejected %d, returned %d, attempts in trouble %d for %d calls",
                        world.events.ejected,
                        world.events.returned,
                        sent,
                        asked);
    }

    @ParameterizedTest
    @EnumSource
    void numbers(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(Simulation.numbers(kind, time -> play(time, "connections end, of 1", 1000, endingConnections())));
        lines.add(Simulation.numbers(
                kind, time -> play(time, "connections end, of 2", 1000, endingConnections(), endingConnections())));
        lines.add(Simulation.numbers(
                kind,
                time -> play(
                        time,
                        "one of three refuses all",
                        200,
                        refusing(),
                        (n, b, r) -> good(r),
                        (n, b, r) -> good(r))));
        lines.add(Simulation.numbers(
                kind, time -> play(time, "all three refuse all", 200, refusing(), refusing(), refusing())));
        lines.add(Simulation.numbers(kind, time -> play(time, "the only one refuses all", 200, refusing())));
        lines.add(Simulation.numbers(kind, time -> play(time, "the same, few calls", 2, refusing())));
        Results.check("unprocessed", lines);
    }

    @Test
    void no_call_is_lost_when_a_connection_ends() {
        Simulation.races(3, time -> {
            String line = play(time, "connections end", 500, endingConnections(), endingConnections());
            assertThat(line).contains("failed {}").contains("ejected 0");
            return line;
        });
    }
}
