package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.MeshOptions;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.time.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Everything at once, in whole milliseconds: two of four endpoints refuse, reset, hang or answer 503 half of the time,
 * callers cancel and run out of time, the limit is reached and the policy changes under way. No call may be lost for any
 * other reason than these.
 */
class TurmoilTest {
    private static final int PEERS = 4;
    private static final int LIMIT = 16;

    /** In the first of every two seconds two endpoints are bad, each time others, in each their own way. */
    private static Peer.Script script(int place) {
        return (now, busy, random) -> {
            int round = (int) (now / (2 * SECOND));
            boolean bad = now / SECOND % 2 == 0 && (place == round % PEERS || place == (round + 1 + round / 4) % PEERS);
            if (!bad) {
                return new Peer.Answer(random.nextLong(1, 20) * MS, 200, random.nextLong(3) * MS);
            }
            return switch ((place + round) % 4) {
                case 0 -> Peer.Answer.refused();
                case 1 -> Peer.Answer.status(503, 2 * MS);
                case 2 -> new Peer.Answer(3 * MS, -1, 0);
                default -> Peer.Answer.ok(10 * SECOND);
            };
        };
    }

    private static Documents document(List<Peer> peers, String algorithm) {
        return World.document("orders", peers, """
                "timeouts": {"request": "1s", "backendRequest": "40ms"},
                "retry": {"attempts": 2, "retryOn": ["reset", "attempt-timeout"], "codes": [503]},
                "outlierDetection": {"maxEjectionPercent": 0},
                "retryConstraint": {"minRetryRate": {"count": 10000, "interval": "1s"}},
                "limits": {"maxRequests": %d},
                "loadBalancer": {"simple": "%s"}""".formatted(LIMIT, algorithm));
    }

    private static String play(VirtualTime time) throws IOException {
        List<Peer> peers = IntStream.range(0, PEERS)
                .mapToObj(i -> new Peer("10.0.0." + i, "", script(i)))
                .toList();
        World world = new World(time, Workload.of("web"), peers);
        world.apply(document(peers, "LEAST_REQUEST"));
        world.events.usable(PEERS);
        long end = 8 * SECOND;
        for (long at = 300 * MS; at < end; at += 300 * MS) {
            String algorithm = List.of("RANDOM", "ROUND_ROBIN", "LEAST_REQUEST").get((int) (at / (300 * MS) % 3));
            time.at(at, "the policy changes", () -> world.apply(document(peers, algorithm)));
        }
        world.play(500, end, () -> call(time, world));
        assertThat(world.tally.failures()).containsKeys("UO", "UT", "cancelled");
        world.checkLimit("orders", LIMIT);
        return world.line("turmoil");
    }

    private static void call(VirtualTime time, World world) {
        RandomGenerator random = time.random();
        long patience = random.nextInt(10) == 0 ? random.nextLong(5, 25) * MS : 0;
        MeshOptions options =
                patience == 0 ? MeshOptions.DEFAULT : MeshOptions.DEFAULT.withTimeout(Duration.ofNanos(patience));
        Call call = world.newCall("orders", options);
        Time.Timer canceller = random.nextInt(10) == 0
                ? time.at(
                        time.now() + random.nextLong(40) * MS,
                        "canceller",
                        () -> call.cancel(new IOException("Canceled")))
                : () -> {};
        String outcome = world.call(call);
        canceller.cancel();
        long took = time.now() - call.startedAt();
        switch (outcome) {
            case Tally.OK, "cancelled" -> {}
            case "UT" -> assertThat(took).isGreaterThanOrEqualTo(patience == 0 ? SECOND : patience);
            case "UO" -> assertThat(world.tally.inFlight()).isGreaterThanOrEqualTo(LIMIT);
            default -> {
                assertThat(patience).as("lost: %s", call.decision()).isPositive();
                assertThat(call.decision().detail()).isEqualTo("no time left for a retry");
            }
        }
        assertThat(took).isLessThanOrEqualTo(patience == 0 ? SECOND : patience);
    }

    @Test
    void no_call_is_lost_that_a_usable_endpoint_could_have_served() {
        Simulation.races(6, TurmoilTest::play);
    }
}
