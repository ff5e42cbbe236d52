package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MINUTE;
import static dev.meshclient.simulation.Simulation.MS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.MeshOptions;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import okhttp3.Headers;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Endpoints with two, three, four and six processors report their load with each response. Requests need 20 ms of a processor; more requests than
 * processors share them. 380 a second are half of what all can do together; a quarter of them is 95 % of what the smallest can.
 */
class UnequalCapacityTest {
    private static final long WORK = 20 * MS;
    private static final long HALF_MINUTE = MINUTE / 2;

    /** Answers slower the busier it is, and reports a moving average of the last second or so. */
    private static final class Server implements Peer.Script {
        private final int processors;
        private final PriorityQueue<Long> ends = new PriorityQueue<>();
        private double utilization;
        private double rate;
        private long last;

        Server(int processors) {
            this.processors = processors;
        }

        @Override
        public Peer.Answer answer(long now, int busy, RandomGenerator random) {
            while (!ends.isEmpty() && ends.peek() <= now) {
                rate = rate * kept(ends.peek()) + 1;
                last = ends.remove();
            }
            double kept = kept(now);
            utilization = utilization * kept + Math.min(1, (busy - 1.0) / processors) * (1 - kept);
            rate = rate * kept;
            last = now;
            long nanos = (long) (Peer.logNormal(WORK, 0.2, random) * Math.max(1, (double) busy / processors));
            ends.add(now + nanos);
            String load = "TEXT cpu_utilization=" + thousandths(utilization) + ",rps_fractional=" + thousandths(rate);
            return new Peer.Answer(nanos, 200, 0, Headers.of("endpoint-load-metrics", load));
        }

        private double kept(long now) {
            return StrictMath.exp((last - now) / 1e9);
        }

        private static String thousandths(double value) {
            return (long) value + "."
                    + String.valueOf(1000 + (long) (value * 1000) % 1000).substring(1);
        }
    }

    /** Of one client among others, after its first half minute, in which it takes the endpoints for equal. */
    private static String play(VirtualTime time, String algorithm, int clients, long nanos) throws IOException {
        List<Peer> peers = IntStream.of(2, 3, 4, 6)
                .mapToObj(processors -> new Peer("10.0.0." + processors, "", new Server(processors)))
                .toList();
        List<World> worlds = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            worlds.add(new World(time, Workload.of("web"), peers));
            worlds.get(i).apply(World.document("orders", peers, "'loadBalancer': {'simple': '" + algorithm + "'}"));
        }
        long[] calls = new long[clients];
        new Arrivals(time, 380, nanos, () -> {
                    int client = time.random().nextInt(clients);
                    calls[client]++;
                    call(worlds.get(client), time.now() >= HALF_MINUTE);
                })
                .await();
        time.join();
        for (int i = 0; i < clients; i++) {
            worlds.get(i).checkAtRest(calls[i]);
        }
        World one = worlds.get(0);
        assertThat(one.tally.failures()).isEmpty();
        return one.line(algorithm + (clients == 1 ? " of one client" : " of " + clients + " clients"))
                + ", all served "
                + peers.stream().map(p -> p.served + " (" + p.mostBusy + ")").collect(Collectors.joining(", "));
    }

    private static void call(World world, boolean counts) {
        Call call = world.newCall("orders", MeshOptions.DEFAULT);
        if (counts) {
            world.call(call);
            return;
        }
        try (Response response = world.send(call)) {
            assertThat(response.body().source().exhausted()).isTrue();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void numbers_of_two_minutes(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int clients : new int[] {1, 40}) {
            for (String algorithm : List.of("WEIGHTED_LOAD", "ROUND_ROBIN", "LEAST_REQUEST", "PEAK_EWMA")) {
                lines.add(Simulation.numbers(kind, time -> play(time, algorithm, clients, 2 * MINUTE)));
            }
        }
        Results.check("unequal-capacity", lines);
    }

    @Test
    void holds_when_events_meet() {
        Simulation.races(2, time -> play(time, "WEIGHTED_LOAD", 1, MINUTE));
    }
}
