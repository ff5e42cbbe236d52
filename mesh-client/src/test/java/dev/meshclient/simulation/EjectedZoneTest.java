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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our zone dies and no policy says so: ejection empties it, calls cross, and come home over half a minute. */
class EjectedZoneTest {
    private static final List<String> ZONES = List.of("eu/eu-1a", "eu/eu-1b", "eu/eu-1c");
    private static final String OURS = ZONES.get(0);
    private static final long DIES = 20 * SECOND;
    private static final long LIVES = 70 * SECOND;
    private static final long END = 200 * SECOND;

    /** @param policies whether the same policy comes again each second */
    private static String play(VirtualTime time, String name, Peer.Answer trouble, int perSecond, boolean policies)
            throws IOException {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String zone = ZONES.get(i % 3);
            peers.add(new Peer(
                    "10.0.0." + i,
                    zone,
                    (now, busy, random) -> zone.equals(OURS) && now >= DIES && now < LIVES
                            ? trouble
                            : Peer.Answer.ok(Peer.logNormal(10 * MS, 0.3, random))));
        }
        World world = new World(time, Workload.of("web").zone(OURS), peers);
        Documents document = World.document("orders", peers, "'timeouts': {'backendRequest': '300ms'}");
        world.apply(document);
        for (long at = SECOND; policies && at < END; at += SECOND) {
            time.at(at, "the policy comes again", () -> world.apply(document));
        }
        List<Long> crossings = new ArrayList<>();
        for (long at = 10 * SECOND; at < END; at += 10 * SECOND) {
            time.at(at, "count", () -> crossings.add(world.wire.crossings));
        }
        world.play(perSecond, END);
        world.events.checkBudget(20, 10);
        world.events.checkOut(3);
        assertThat(world.tally.failures()).as("calls that were lost").isEmpty();
        for (int i = crossings.size() - 1; i > 0; i--) {
            crossings.set(i, crossings.get(i) - crossings.get(i - 1));
        }
        assertThat(crossings.get(0)).as("crossings while all is well").isZero();
        assertThat(crossings.get(crossings.size() - 1))
                .as("crossings at the end")
                .isZero();
        return world.line(name)
                + String.format(
                        Locale.ROOT,
                        ", ejected %d, returned %d, crossings each 10 s %s",
                        world.events.ejected,
                        world.events.returned,
                        crossings);
    }

    @ParameterizedTest
    @EnumSource
    void numbers(ThreadKind kind) throws IOException {
        Peer.Answer refused = Peer.Answer.refused();
        List<String> lines = new ArrayList<>();
        lines.add(Simulation.numbers(kind, time -> play(time, "our zone refuses", refused, 100, false)));
        lines.add(Simulation.numbers(kind, time -> play(time, "the same, policies come", refused, 100, true)));
        lines.add(Simulation.numbers(
                kind, time -> play(time, "our zone is a black hole", Peer.Answer.ok(600 * SECOND), 100, false)));
        Results.check("ejected-zone", lines);
    }

    @Test
    void nothing_is_lost_or_leaked_when_events_meet() {
        Simulation.races(2, time -> play(time, "races", Peer.Answer.status(503, 2 * MS), 50, true));
    }
}
