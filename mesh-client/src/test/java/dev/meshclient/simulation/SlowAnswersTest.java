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

/** One of three endpoints, or now and then each, takes twenty times as long: with hedges and without. */
class SlowAnswersTest {
    private static final int LIMIT = 500;
    private static final String OFF = "";
    private static final String FIXED = ", 'hedge': {'delay': '100ms'}";
    private static final String P95 = ", 'hedge': {'delay': 'p95'}";

    /** @param pauses every endpoint is slow in 3 % of its answers; otherwise the first one always is */
    private static String play(VirtualTime time, String name, boolean pauses, String hedge, long nanos)
            throws IOException {
        List<Peer> peers = IntStream.rangeClosed(1, 3)
                .mapToObj(i -> new Peer("10.0.0." + i, "", (now, busy, random) -> {
                    boolean slow = pauses ? random.nextInt(100) < 3 : i == 1;
                    return Peer.Answer.ok(Peer.logNormal(slow ? 600 * MS : 30 * MS, 0.3, random));
                }))
                .toList();
        World world = new World(time, Workload.of("web"), peers);
        world.apply(World.document("orders", peers, "'limits': {'maxRequests': " + LIMIT + "}" + hedge));
        world.play(100, nanos);
        assertThat(world.tally.failures()).isEmpty();
        String line = world.line(name);
        long extra = world.wire.attempts - world.tally.calls();
        assertThat(extra).isLessThanOrEqualTo(world.tally.calls() / 5);
        world.checkLimit("orders", LIMIT);
        return line;
    }

    @ParameterizedTest
    @EnumSource
    void numbers_of_five_minutes(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        for (boolean pauses : new boolean[] {false, true}) {
            String of = pauses ? "3 % of the answers are slow, " : "one endpoint is slow, ";
            lines.add(Simulation.numbers(kind, time -> play(time, of + "no hedge", pauses, OFF, 5 * MINUTE)));
            lines.add(Simulation.numbers(kind, time -> play(time, of + "100 ms", pauses, FIXED, 5 * MINUTE)));
            lines.add(Simulation.numbers(kind, time -> play(time, of + "p95", pauses, P95, 5 * MINUTE)));
        }
        Results.check("slow-answers", lines);
    }

    @Test
    void holds_when_events_meet() {
        Simulation.races(5, time -> play(time, "races", true, P95, 20 * SECOND));
        Simulation.races(5, time -> play(time, "races", false, FIXED, 20 * SECOND));
    }
}
