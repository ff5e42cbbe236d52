package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MINUTE;
import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.MeshOptions;
import dev.meshclient.Workload;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A name whose addresses change, and whose name server is ill for a while: no call notices. */
class NamesTest {
    private static final long MOVED = 2 * MINUTE;
    private static final long ILL = 4 * MINUTE;
    private static final long WELL = 14 * MINUTE;
    private static final long END = 16 * MINUTE;

    private static final Documents DOCUMENT = World.document(
            Documents.service("orders", "orders:80").with("'resolution': 'DNS', 'limits': {'maxRequests': 100}"));

    /** Two addresses; then one of them is another; then no answer; then a third. */
    private static List<String> answer(VirtualTime time) throws IOException {
        long asked = time.now();
        time.signal("name server").await(asked + (asked >= ILL && asked < WELL ? 5 * SECOND : 300 * MS));
        if (asked < MOVED) {
            return List.of("10.0.0.1", "10.0.0.2");
        }
        if (asked < ILL) {
            return List.of("10.0.0.3", "10.0.0.2");
        }
        if (asked < WELL) {
            throw new UnknownHostException("orders");
        }
        return List.of("10.0.0.2", "10.0.0.4", "10.0.0.3");
    }

    private static String play(VirtualTime time, int perSecond, long nanos) throws IOException {
        List<Peer> peers = IntStream.rangeClosed(1, 4)
                .mapToObj(i -> new Peer(
                        "10.0.0." + i, "", (now, busy, random) -> Peer.Answer.ok(Peer.logNormal(30 * MS, 0.3, random))))
                .toList();
        int[] asked = new int[1];
        World world = new World(time, Workload.of("web"), peers, name -> {
            assertThat(name).isEqualTo("orders");
            asked[0]++;
            return answer(time);
        });
        world.apply(DOCUMENT);
        Arrivals arrivals =
                new Arrivals(time, perSecond, nanos, () -> world.call(world.newCall("orders", MeshOptions.DEFAULT)));
        arrivals.await();
        time.signal("the last calls").await(time.now() + SECOND);
        world.close();
        time.join();
        world.checkAtRest(world.tally.calls());
        assertThat(world.tally.failures()).isEmpty();
        if (nanos > MOVED + MINUTE) {
            assertThat(peers.get(0).lastArrival).isLessThan(MOVED + 35 * SECOND);
        }
        return world.line("names")
                + String.format(
                        Locale.ROOT,
                        ", looked up %d times, of the addresses %s",
                        asked[0],
                        peers.stream().map(p -> p.served).toList());
    }

    @ParameterizedTest
    @EnumSource
    void numbers(ThreadKind kind) throws IOException {
        Results.check("names", List.of(Simulation.numbers(kind, time -> play(time, 20, END))));
    }

    @Test
    void calls_that_come_before_the_first_answer_wait_for_it_and_all_succeed() {
        Simulation.races(20, time -> play(time, 200, 2 * SECOND));
    }

    @Test
    void nothing_is_lost_when_answers_change_under_load() {
        Simulation.races(2, time -> play(time, 50, MOVED + 2 * MINUTE));
    }
}
