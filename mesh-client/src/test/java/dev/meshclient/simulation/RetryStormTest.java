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

/**
 * All endpoints fail for a while: with a budget the retries stay few. And endpoints that were slow for a while and are fine
 * again: without a budget the retries keep them down.
 */
class RetryStormTest {
    private static final int LIMIT = 1024;
    private static final long FROM = 20 * SECOND;

    /** Built in, spelt out. */
    private static final String BUDGET = "";

    private static final String NO_BUDGET = ", \"retryConstraint\": {\"budget\": {\"percent\": 100},"
            + " \"minRetryRate\": {\"count\": 1000000, \"interval\": \"1s\"}}";

    /** Answers 503 from {@code FROM} to {@code until}. */
    private static Peer.Script failing(long until) {
        return (now, busy, random) -> now >= FROM && now < until
                ? Peer.Answer.status(503, 5 * MS)
                : Peer.Answer.ok(Peer.logNormal(30 * MS, 0.2, random));
    }

    /** Does twelve at a time; one more is refused after 20 ms of work. Slower from {@code FROM} to {@code until}. */
    private static Peer.Script overloaded(long until) {
        return (now, busy, random) -> busy > 12
                ? Peer.Answer.status(503, 20 * MS)
                : Peer.Answer.ok(Peer.logNormal(now >= FROM && now < until ? 120 * MS : 30 * MS, 0.2, random));
    }

    private static String play(
            VirtualTime time, String name, Peer.Script script, String budget, double perSecond, long until, long end)
            throws IOException {
        List<Peer> peers = IntStream.rangeClosed(1, 3)
                .mapToObj(i -> new Peer("10.0.0." + i, "", script))
                .toList();
        World world = new World(time, Workload.of("web"), peers);
        world.apply(World.document(
                "orders",
                peers,
                "'retry': {'attempts': 3}, 'outlierDetection': {'maxEjectionPercent': 0}, 'limits': {'maxRequests': "
                        + LIMIT + "}" + budget));
        world.events.usable(3);
        long[] calls = new long[2];
        long[] attempts = new long[2];
        time.at(FROM, "the trouble begins", () -> {
            calls[0] = world.events.started;
            attempts[0] = world.wire.attempts;
        });
        time.at(until, "the trouble ends", () -> {
            calls[1] = world.events.started;
            attempts[1] = world.wire.attempts;
        });
        world.play(perSecond, end);
        if (budget.equals(BUDGET)) {
            world.events.checkBudget(20, 10);
        }
        long after = world.wire.attempts - attempts[1];
        long callsAfter = world.events.started - calls[1];
        return world.line(name)
                + String.format(
                        Locale.ROOT,
                        ", attempts a call in trouble %s, afterwards %s",
                        ratio(attempts[1] - attempts[0], calls[1] - calls[0]),
                        ratio(after, callsAfter));
    }

    /** In hundredths, cut off. */
    private static String ratio(long a, long b) {
        long hundredths = a * 100 / b;
        return hundredths / 100 + "." + hundredths / 10 % 10 + hundredths % 10;
    }

    @ParameterizedTest
    @EnumSource
    void numbers_with_and_without_a_budget(ThreadKind kind) throws IOException {
        long until = FROM + 30 * SECOND;
        long end = 2 * MINUTE;
        List<String> lines = new ArrayList<>();
        lines.add(Simulation.numbers(
                kind, time -> play(time, "outage, with a budget", failing(until), BUDGET, 150, until, end)));
        lines.add(Simulation.numbers(
                kind, time -> play(time, "outage, without a budget", failing(until), NO_BUDGET, 150, until, end)));
        long soon = FROM + 5 * SECOND;
        lines.add(Simulation.numbers(
                kind, time -> play(time, "overload, with a budget", overloaded(soon), BUDGET, 700, soon, MINUTE)));
        lines.add(Simulation.numbers(
                kind,
                time -> play(time, "overload, without a budget", overloaded(soon), NO_BUDGET, 700, soon, MINUTE)));
        Results.check("retry-storm", lines);
    }

    @Test
    void all_is_well_again_after_an_outage() {
        long until = FROM + 2 * SECOND;
        Simulation.races(3, time -> {
            String line = play(time, "outage", failing(until), BUDGET, 100, until, until + 10 * SECOND);
            assertThat(line).endsWith("afterwards 1.00");
            return line;
        });
    }

    @Test
    void the_budget_holds_when_events_meet() {
        long soon = FROM + 5 * SECOND;
        Simulation.races(3, time -> play(time, "overload", overloaded(soon), BUDGET, 700, soon, soon + 5 * SECOND));
    }
}
