package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MINUTE;
import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.MeshOptions;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Call;
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

/** The registry marks our zone as unhealthy: for a moment again and again, or once for a minute. */
class BlinkTest {
    private static final List<String> ZONES = List.of("eu/eu-1a", "eu/eu-1b");
    private static final long FROM = 20 * SECOND;
    private static final long END = 150 * SECOND;

    private static Documents document(List<Peer> peers, String ours) {
        List<String> endpoints = peers.stream()
                .map(p -> p.json(p.zone().equals(ZONES.get(0)) ? ours : "HEALTHY"))
                .toList();
        return World.document(World.service("orders", endpoints, ""));
    }

    private static List<Peer> peers() {
        return IntStream.range(0, 6)
                .mapToObj(i -> new Peer(
                        "10.0.0." + i,
                        ZONES.get(i % 2),
                        (now, busy, random) -> Peer.Answer.ok(Peer.logNormal(10 * MS, 0.3, random))))
                .toList();
    }

    @Test
    void status_and_decision_say_where_on_the_way_it_is() {
        Simulation.races(1, time -> {
            List<Peer> peers = peers();
            World world = new World(time, Workload.of("web").zone(ZONES.get(0)), peers);
            Documents well = document(peers, "HEALTHY");
            world.apply(well);
            time.at(FROM, "our zone leaves", () -> world.apply(document(peers, "UNHEALTHY")));
            time.at(FROM + 20 * SECOND, "our zone returns", () -> world.apply(well));
            time.signal("later").await(FROM + 25 * SECOND);
            Call call = world.newCall("orders", MeshOptions.DEFAULT);
            world.call(call);
            String way = "the caller's zone returns: 17 % of its calls, all in 25 s";
            assertThat(call.decision().detail()).isEqualTo(way);
            assertThat(world.pipeline("orders"))
                    .contains("balance([eu-1a 100 % of 3, eu-1b 0 % of 3] (the caller's zone returns: ");
            time.signal("later").await(FROM + 51 * SECOND);
            Call later = world.newCall("orders", MeshOptions.DEFAULT);
            world.call(later);
            assertThat(later.decision().detail()).isEmpty();
            assertThat(world.pipeline("orders")).doesNotContain("returns");
            return "";
        });
    }

    /** @param every time from one absence to the next */
    private static String play(VirtualTime time, String name, long away, long every) throws IOException {
        List<Peer> peers = peers();
        World world = new World(time, Workload.of("web").zone(ZONES.get(0)), peers);
        Documents well = document(peers, "HEALTHY");
        Documents ill = document(peers, "UNHEALTHY");
        world.apply(well);
        for (long at = FROM; at < FROM + MINUTE; at += every) {
            time.at(at, "our zone leaves", () -> world.apply(ill));
            time.at(at + away, "our zone returns", () -> world.apply(well));
        }
        List<Long> crossings = new ArrayList<>();
        for (long at = 10 * SECOND; at < END; at += 10 * SECOND) {
            time.at(at, "count", () -> crossings.add(world.wire.crossings));
        }
        Arrivals arrivals =
                new Arrivals(time, 100, END, () -> world.call(world.newCall("orders", MeshOptions.DEFAULT)));
        arrivals.await();
        time.join();
        world.checkAtRest(world.tally.calls());
        for (int i = crossings.size() - 1; i > 0; i--) {
            crossings.set(i, crossings.get(i) - crossings.get(i - 1));
        }
        return world.line(name) + String.format(Locale.ROOT, ", crossings each 10 s of about 1000 calls %s", crossings);
    }

    @ParameterizedTest
    @EnumSource
    void numbers(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(Simulation.numbers(kind, time -> play(time, "away 200 ms of each 2 s", 200 * MS, 2 * SECOND)));
        lines.add(Simulation.numbers(kind, time -> play(time, "away 5 s of each 20 s", 5 * SECOND, 20 * SECOND)));
        lines.add(Simulation.numbers(kind, time -> play(time, "away for a minute", MINUTE, MINUTE)));
        Results.check("blink", lines);
    }
}
