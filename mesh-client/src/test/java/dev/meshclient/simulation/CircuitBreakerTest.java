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
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A backend that fails as a whole, slowly, and recovers: with a circuit breaker and without. And a rate limit under a burst. */
class CircuitBreakerTest {
    private static final long FROM = 20 * SECOND;
    private static final long UNTIL = 50 * SECOND;
    private static final int PROBES = 5;
    private static final String BREAKER = ", 'circuitBreaker': {'slidingWindowType': '%s', 'slidingWindowSize': %d,"
            + " 'minimumNumberOfCalls': 20, 'waitDurationInOpenState': '5s', 'permittedNumberOfCallsInHalfOpenState': "
            + PROBES + "}";

    /** Takes a second for a 503 while it fails. */
    private static final Peer.Script OUTAGE = (now, busy, random) -> now >= FROM && now < UNTIL
            ? Peer.Answer.status(503, 1000 * MS)
            : Peer.Answer.ok(Peer.logNormal(30 * MS, 0.2, random));

    private static World world(VirtualTime time, Peer.Script script, String settings) {
        List<Peer> peers = IntStream.rangeClosed(1, 3)
                .mapToObj(i -> new Peer("10.0.0." + i, "", script))
                .toList();
        World world = new World(time, Workload.of("web"), peers);
        world.apply(World.document(
                "orders",
                peers,
                "'outlierDetection': {'maxEjectionPercent': 0}, 'limits': {'maxRequests': 1024}" + settings));
        return world;
    }

    private static String outage(VirtualTime time, String name, String breaker, boolean hasBreaker) throws IOException {
        World world = world(time, OUTAGE, breaker);
        long[] attempts = new long[3];
        time.at(FROM, "the trouble begins", () -> attempts[0] = world.wire.attempts);
        time.at(FROM + 5 * SECOND, "the breaker has opened", () -> attempts[1] = world.wire.attempts);
        time.at(UNTIL, "the trouble ends", () -> attempts[2] = world.wire.attempts);
        world.play(100, 2 * MINUTE);
        List<String> changes = world.events.breakers;
        if (hasBreaker) {
            assertThat(attempts[2] - attempts[1])
                    .as("attempts of an open breaker: a few probes each 5 s")
                    .isLessThanOrEqualTo(5 * PROBES);
            assertThat(changes).startsWith("OPEN", "HALF_OPEN", "OPEN").endsWith("HALF_OPEN", "CLOSED");
        } else {
            assertThat(changes).isEmpty();
        }
        return world.line(name)
                + String.format(
                        Locale.ROOT,
                        ", attempts in trouble %d, of them after 5 s %d, opened %d times",
                        attempts[2] - attempts[0],
                        attempts[2] - attempts[1],
                        changes.stream().filter("OPEN"::equals).count());
    }

    private static String burst(VirtualTime time, String name, String limit) throws IOException {
        Peer.Script quick = (now, busy, random) -> Peer.Answer.ok(5 * MS);
        World world =
                world(time, quick, ", 'rateLimit': {'limitForPeriod': 50, 'limitRefreshPeriod': '1s'" + limit + "}");
        world.play(200, 20 * SECOND);
        assertThat(world.wire.attempts)
                .as("50 in each of 20 periods, and in those of calls that wait at the end")
                .isLessThanOrEqualTo(50 * 22);
        return world.line(name);
    }

    @ParameterizedTest
    @EnumSource
    void numbers(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(Simulation.numbers(kind, time -> outage(time, "outage, without a breaker", "", false)));
        lines.add(Simulation.numbers(
                kind,
                time -> outage(time, "outage, window of 100 attempts", BREAKER.formatted("COUNT_BASED", 100), true)));
        lines.add(Simulation.numbers(
                kind, time -> outage(time, "outage, window of 10 s", BREAKER.formatted("TIME_BASED", 10), true)));
        lines.add(Simulation.numbers(kind, time -> burst(time, "burst, others fail", "")));
        lines.add(Simulation.numbers(
                kind, time -> burst(time, "burst, others wait up to 500 ms", ", 'timeoutDuration': '500ms'")));
        Results.check("circuit-breaker", lines);
    }

    @Test
    void probes_are_counted_when_events_meet() {
        Simulation.races(3, time -> outage(time, "outage", BREAKER.formatted("COUNT_BASED", 100), true));
    }

    @Test
    void waiting_calls_keep_the_rate_when_events_meet() {
        Simulation.races(3, time -> burst(time, "burst", ", 'timeoutDuration': '2s'"));
    }
}
