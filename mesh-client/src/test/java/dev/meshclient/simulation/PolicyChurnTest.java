package dev.meshclient.simulation;

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
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Twice a second another seven or so of eight endpoints are listed, one of which fails all the time and one for a while. */
class PolicyChurnTest {
    private static final int PEERS = 8;
    private static final long END = 120 * SECOND;

    private static Peer peer(int place, boolean recovers) {
        return new Peer("10.0.0." + place, "", (now, busy, random) -> {
            boolean bad = recovers ? place < 2 && now < END / 4 : place == 0 || (place == 1 && now < END / 2);
            return bad
                    ? (place == 0 ? Peer.Answer.status(503, 2 * MS) : Peer.Answer.refused())
                    : Peer.Answer.ok(Peer.logNormal(10 * MS, 0.3, random));
        });
    }

    /** @param steady the bad ones are listed all the time: once out they stay out, whatever policy comes */
    private static String play(VirtualTime time, boolean steady, int perSecond) throws IOException {
        List<Peer> peers =
                IntStream.range(0, PEERS).mapToObj(i -> peer(i, !steady)).toList();
        World world = new World(time, Workload.of("web"), peers);
        world.apply(World.document("orders", peers, ""));
        SplittableRandom random = new SplittableRandom(7);
        int[] listings = {1};
        long[] met = {0};
        time.at(END / 4, "the first is well again", () -> met[0] = peers.get(0).served);
        boolean[] listed = {true};
        for (long at = SECOND / 2; at < END; at += SECOND / 2) {
            int left = random.nextInt(steady ? 2 : 0, PEERS);
            int alsoLeft = random.nextInt(steady ? 2 : 0, PEERS);
            boolean all = at + SECOND >= END;
            List<Peer> some = IntStream.range(0, PEERS)
                    .filter(i -> all || (i != left && i != alsoLeft))
                    .mapToObj(peers::get)
                    .toList();
            time.at(at, "the policy changes", () -> {
                boolean has = some.contains(peers.get(0));
                listings[0] += has && !listed[0] ? 1 : 0;
                listed[0] = has;
                world.apply(World.document("orders", some, ""));
            });
        }
        world.play(perSecond, END);
        world.events.checkBudget(20, 10);
        assertThat(world.events.mostOut).isBetween(1, PEERS / 2);
        assertThat(world.tally.failures()).as("calls that were lost").isEmpty();
        if (steady) {
            met[0] = peers.get(0).served;
            // Five to go out and what was under way; then one probe after 30, 60 and so on.
            assertThat(met[0]).as("calls that the bad one met").isLessThanOrEqualTo(12);
        }
        return world.line(steady ? "the bad ones stay listed" : "all come and go")
                + String.format(
                        Locale.ROOT,
                        ", ejected %d, returned %d, at most %d out, the bad one, listed %d times, met %d calls while it was bad",
                        world.events.ejected,
                        world.events.returned,
                        world.events.mostOut,
                        listings[0],
                        met[0]);
    }

    @ParameterizedTest
    @EnumSource
    void numbers(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(Simulation.numbers(kind, time -> play(time, true, 200)));
        lines.add(Simulation.numbers(kind, time -> play(time, false, 200)));
        Results.check("policy-churn", lines);
    }

    @Test
    void nothing_is_lost_or_leaked_when_events_meet() {
        Simulation.races(2, time -> play(time, true, 100));
        Simulation.races(2, time -> play(time, false, 100));
    }
}
