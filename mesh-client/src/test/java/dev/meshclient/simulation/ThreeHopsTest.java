package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MINUTE;
import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.InboundContext;
import dev.meshclient.MeshOptions;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import okhttp3.Headers;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Web calls A, A calls B, B calls C, each by a mesh that retries; C fails for half a minute. */
class ThreeHopsTest {
    private static final long FROM = 20 * SECOND;
    private static final long UNTIL = 50 * SECOND;
    private static final String SETTINGS = "'outlierDetection': {'maxEjectionPercent': 0}";

    /**
     * Passes on what the next service answers; 502 if it does not answer.
     *
     * @param informs whether its responses carry the headers that the mesh wants them to
     */
    private record Hop(World next, String service, boolean informs) implements Peer.Script {
        @Override
        public Peer.Answer answer(long now, int busy, RandomGenerator random) {
            throw new AssertionError("an attempt is needed");
        }

        @Override
        public Peer.Answer answer(Attempt attempt, long now, int busy, RandomGenerator random) {
            InboundContext inbound = InboundContext.of(
                    name -> name.equals("x-mesh-attempt") ? String.valueOf(attempt.announcedNumber()) : null);
            try (Response response = next.send(next.newCall(service, MeshOptions.DEFAULT.withInbound(inbound)))) {
                return answer(response.code(), inbound);
            } catch (IOException e) {
                return answer(502, inbound);
            }
        }

        private Peer.Answer answer(int status, InboundContext inbound) {
            return new Peer.Answer(MS, status, 0, informs ? Headers.of(inbound.responseHeaders()) : Headers.EMPTY);
        }
    }

    private static List<Peer> peers(int hop, Peer.Script script) {
        return IntStream.range(0, 3)
                .mapToObj(i -> new Peer("10." + hop + ".0." + i, "", script))
                .toList();
    }

    private static World world(VirtualTime time, String self, String next, List<Peer> peers) {
        World world = new World(time, Workload.of(self), peers);
        world.apply(World.document(next, peers, SETTINGS));
        return world;
    }

    private static World toC(VirtualTime time, Peer.Answer trouble) {
        return world(
                time,
                "b",
                "c",
                peers(
                        3,
                        (now, busy, random) -> now >= FROM && now < UNTIL
                                ? trouble
                                : Peer.Answer.ok(Peer.logNormal(10 * MS, 0.3, random))));
    }

    private static String play(VirtualTime time, String name, Peer.Answer trouble, double perSecond, boolean informs)
            throws IOException {
        World ofB = toC(time, trouble);
        World ofA = world(time, "a", "b", peers(2, new Hop(ofB, "c", informs)));
        World web = world(time, "web", "a", peers(1, new Hop(ofA, "b", informs)));
        long[] calls = new long[2];
        long[] attempts = new long[2];
        for (int i = 0; i < 2; i++) {
            int edge = i;
            time.at(i == 0 ? FROM : UNTIL, "edge", () -> {
                calls[edge] = web.events.started;
                attempts[edge] = ofB.wire.attempts;
            });
        }
        Arrivals arrivals =
                new Arrivals(time, perSecond, MINUTE, () -> web.call(web.newCall("a", MeshOptions.DEFAULT)));
        arrivals.await();
        time.join();
        web.checkAtRest(web.tally.calls());
        long tenths = 10 * (attempts[1] - attempts[0]) / (calls[1] - calls[0]);
        return web.line(name)
                + String.format(Locale.ROOT, ", attempts at C for a call in trouble %d.%d", tenths / 10, tenths % 10);
    }

    @ParameterizedTest
    @EnumSource
    void numbers(ThreadKind kind) throws IOException {
        Peer.Answer busy = Peer.Answer.status(503, 2 * MS);
        Peer.Answer reset = new Peer.Answer(2 * MS, -1, 0);
        List<String> lines = new ArrayList<>();
        for (boolean informs : new boolean[] {false, true}) {
            String told = informs ? ", no-retry" : "";
            for (double perSecond : new double[] {1, 10, 100}) {
                String rate = ", " + (int) perSecond + " a second" + told;
                lines.add(
                        Simulation.numbers(kind, time -> play(time, "C answers 503" + rate, busy, perSecond, informs)));
                lines.add(Simulation.numbers(kind, time -> play(time, "C resets" + rate, reset, perSecond, informs)));
            }
        }
        Results.check("three-hops", lines);
    }

    /** What one instance cannot reach, another one may reach. */
    @Test
    void an_instance_that_reaches_no_endpoint_does_not_forbid_the_retry_on_another() {
        Simulation.races(1, time -> {
            World cutOff = toC(time, Peer.Answer.refused());
            World well = toC(time, Peer.Answer.ok(10 * MS));
            List<Peer> instances = List.of(
                    new Peer("10.2.0.0", "", new Hop(cutOff, "c", true)),
                    new Peer("10.2.0.1", "", new Hop(well, "c", true)),
                    new Peer("10.2.0.2", "", new Hop(well, "c", true)));
            World web = world(time, "web", "b", instances);
            web.play(1, MINUTE, () -> web.call(web.newCall("b", MeshOptions.DEFAULT)));
            assertThat(web.events.retries).isPositive();
            assertThat(web.tally.failures()).isEmpty();
            return "";
        });
    }
}
