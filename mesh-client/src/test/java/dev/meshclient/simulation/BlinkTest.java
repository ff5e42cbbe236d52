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
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our zone is away: for moments or once, as the registry says; its instances are the same afterwards, or others. */
class BlinkTest {
    private static final String OURS = "eu/eu-1a";
    private static final long FROM = 20 * SECOND;
    private static final long END = 150 * SECOND;

    /** An instance of our zone at a time, as the registry lists it; {@code health} empty: not listed. */
    private record Listed(Peer peer, String health) {}

    private static Peer peer(String zone, int place) {
        return new Peer(
                (zone.equals(OURS) ? "10.1.0." : "10.2.0.") + place,
                zone,
                (now, busy, random) -> Peer.Answer.ok(Peer.logNormal(10 * MS, 0.3, random)));
    }

    private static List<Peer> peers(String zone, int count) {
        return IntStream.range(0, count).mapToObj(i -> peer(zone, i)).toList();
    }

    /** One run: the peers, and what the registry says of our zone. */
    private static final class Scene {
        private final VirtualTime time;
        private final List<Peer> others = peers("eu/eu-1b", 3);
        private final List<Listed> ours;
        private final World world;

        Scene(VirtualTime time, int instances) {
            this.time = time;
            this.ours = new ArrayList<>(peers(OURS, instances).stream()
                    .map(p -> new Listed(p, "HEALTHY"))
                    .toList());
            List<Peer> all =
                    Stream.of(peers(OURS, 20), others).flatMap(List::stream).toList();
            this.world = new World(time, Workload.of("web").zone(OURS), all);
            publish();
        }

        private void publish() {
            Stream<String> here = ours.stream().filter(l -> !l.health.isEmpty()).map(l -> l.peer.json(l.health));
            Stream<String> there = others.stream().map(p -> p.json("HEALTHY"));
            Documents document = World.document(
                    World.service("orders", Stream.concat(here, there).toList(), ""));
            world.apply(document);
        }

        void at(long when, int instance, UnaryOperator<Listed> change) {
            time.at(when, "instance " + instance, () -> {
                ours.set(instance, change.apply(ours.get(instance)));
                publish();
            });
        }

        void health(long when, String health) {
            time.at(when, "our zone is " + health, () -> {
                ours.replaceAll(l -> new Listed(l.peer, health));
                publish();
            });
        }

        String play(String name) throws IOException {
            List<Long> crossings = new ArrayList<>();
            for (long at = 10 * SECOND; at < END; at += 10 * SECOND) {
                time.at(at, "count", () -> crossings.add(world.wire.crossings));
            }
            new Arrivals(time, 100, END, () -> world.call(world.newCall("orders", MeshOptions.DEFAULT))).await();
            time.join();
            world.checkAtRest(world.tally.calls());
            for (int i = crossings.size() - 1; i > 0; i--) {
                crossings.set(i, crossings.get(i) - crossings.get(i - 1));
            }
            return world.line(name)
                    + String.format(Locale.ROOT, ", crossings each 10 s of about 1000 calls %s", crossings);
        }
    }

    /** @param every time from one absence to the next, for a minute */
    private static String blinks(VirtualTime time, String name, String health, long away, long every)
            throws IOException {
        Scene scene = new Scene(time, 3);
        for (long at = FROM; at < FROM + MINUTE; at += every) {
            scene.health(at, health);
            scene.health(at + away, "HEALTHY");
        }
        return scene.play(name);
    }

    /** @param announced whether an instance drains first; it is back at the same address */
    private static String restarts(VirtualTime time, String name, int instances, boolean announced) throws IOException {
        Scene scene = new Scene(time, instances);
        for (int i = 0; i < instances; i++) {
            long at = FROM + 10L * i * SECOND;
            if (announced) {
                scene.at(at, i, l -> new Listed(l.peer, "DRAINING"));
            }
            scene.at(at + SECOND, i, l -> new Listed(l.peer, "UNHEALTHY"));
            scene.at(at + 6 * SECOND, i, l -> new Listed(l.peer, "HEALTHY"));
        }
        return scene.play(name);
    }

    /** Each instance is removed, and a new one listed in its place 500 ms later. */
    private static String replacements(VirtualTime time, String name, int instances) throws IOException {
        Scene scene = new Scene(time, instances);
        for (int i = 0; i < instances; i++) {
            int next = instances + i;
            scene.at(FROM + 10L * i * SECOND, i, l -> new Listed(l.peer, ""));
            scene.at(FROM + 10L * i * SECOND + SECOND / 2, i, l -> new Listed(peer(OURS, next), "HEALTHY"));
        }
        return scene.play(name);
    }

    @Test
    void status_and_decision_say_where_on_the_way_it_is() {
        Simulation.races(1, time -> {
            Scene scene = new Scene(time, 3);
            scene.health(FROM, "UNHEALTHY");
            scene.health(FROM + 20 * SECOND, "HEALTHY");
            World world = scene.world;
            time.signal("later").await(FROM + 19 * SECOND);
            world.call(world.newCall("orders", MeshOptions.DEFAULT)); // plans without the zone
            time.signal("later").await(FROM + 25 * SECOND);
            Call call = world.newCall("orders", MeshOptions.DEFAULT);
            world.call(call);
            assertThat(call.decision().attempts().get(0).pick())
                    .contains("the caller's zone returns: 25 % of its calls, all in 15 s");
            assertThat(world.pipeline("orders"))
                    .contains("balance([eu-1a 100 % of 3, eu-1b 0 % of 3] (the caller's zone returns: 25 % ");
            time.signal("later").await(FROM + 41 * SECOND);
            Call later = world.newCall("orders", MeshOptions.DEFAULT);
            world.call(later);
            assertThat(later.decision().attempts().get(0).pick()).doesNotContain("returns");
            assertThat(world.pipeline("orders")).doesNotContain("returns");
            return "";
        });
    }

    @ParameterizedTest
    @EnumSource
    void numbers(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        long blink = 200 * MS;
        lines.add(Simulation.numbers(
                kind, time -> blinks(time, "UNHEALTHY 200 ms of each 2 s", "UNHEALTHY", blink, 2 * SECOND)));
        lines.add(
                Simulation.numbers(kind, time -> blinks(time, "not listed 200 ms of each 2 s", "", blink, 2 * SECOND)));
        lines.add(Simulation.numbers(
                kind, time -> blinks(time, "UNHEALTHY 5 s of each 20 s", "UNHEALTHY", 5 * SECOND, 20 * SECOND)));
        lines.add(
                Simulation.numbers(kind, time -> blinks(time, "UNHEALTHY for a minute", "UNHEALTHY", MINUTE, MINUTE)));
        for (int instances : new int[] {1, 3}) {
            String of = " of " + instances;
            lines.add(Simulation.numbers(kind, time -> replacements(time, "new after 500 ms," + of, instances)));
            lines.add(Simulation.numbers(kind, time -> restarts(time, "drains, away 5 s," + of, instances, true)));
            lines.add(Simulation.numbers(kind, time -> restarts(time, "away 5 s," + of, instances, false)));
        }
        Results.check("blink", lines);
    }
}
