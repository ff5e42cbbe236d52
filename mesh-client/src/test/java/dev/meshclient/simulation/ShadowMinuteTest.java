package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MINUTE;
import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Workload;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An endpoint that fails for a minute, in one world under enforced ejection rules and in another under the same as a shadow. */
class ShadowMinuteTest {
    private static final long FROM = 20 * SECOND;
    private static final long UNTIL = 80 * SECOND;

    private List<Long> ejectedAt = List.of();
    private List<Long> shadowAt = List.of();
    private long metInTrouble;
    private String line = "";

    private String play(VirtualTime time, String settings) throws IOException {
        Peer.Script good = (now, busy, random) -> Peer.Answer.ok(Peer.logNormal(20 * MS, 0.3, random));
        Peer.Script trouble = (now, busy, random) ->
                now >= FROM && now < UNTIL ? Peer.Answer.status(503, 2 * MS) : good.answer(now, busy, random);
        List<Peer> peers = List.of(
                new Peer("10.0.0.1", "", trouble), new Peer("10.0.0.2", "", good), new Peer("10.0.0.3", "", good));
        World world = new World(time, Workload.of("web"), peers);
        world.apply(World.document("orders", peers, settings));
        time.at(FROM, "the trouble begins", () -> metInTrouble = -peers.get(0).served);
        time.at(UNTIL, "the trouble ends", () -> metInTrouble += peers.get(0).served);
        world.play(200, 4 * MINUTE);
        ejectedAt = world.events.ejectedAt;
        shadowAt = world.events.shadowAt;
        return world.line(settings);
    }

    private static ShadowMinuteTest under(String settings) {
        ShadowMinuteTest world = new ShadowMinuteTest();
        world.line = Simulation.numbers(ThreadKind.PLATFORM, time -> world.play(time, settings));
        return world;
    }

    @Test
    void the_shadow_ejects_at_the_same_moment_and_as_often_and_calls_keep_going_there() {
        ShadowMinuteTest enforced = under("\"outlierDetection\": {}");
        ShadowMinuteTest shadow = under("\"outlierDetection\": {\"shadow\": true}");

        assertThat(enforced.line).contains("failed {}");
        assertThat(enforced.ejectedAt).hasSize(1);
        assertThat(enforced.ejectedAt.get(0)).isBetween(FROM, FROM + SECOND);
        assertThat(enforced.metInTrouble).isBetween(5L, 20L);
        assertThat(shadow.ejectedAt).isEmpty();
        assertThat(shadow.shadowAt).isEqualTo(enforced.ejectedAt);
        assertThat(shadow.metInTrouble).isGreaterThan(3000);
    }
}
