package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MINUTE;
import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.MeshOptions;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Endpoints that fail in several ways for a while: how many calls meet them, which of them are ejected, and when they return. */
class EjectionTest {
    private static final long FROM = 20 * SECOND;
    private static final long UNTIL = 80 * SECOND;
    private static final String OFF = "\"outlierDetection\": {\"maxEjectionPercent\": 0}";
    private static final String ON = "\"outlierDetection\": {}";

    private static final String NO_PANIC = "\"outlierDetection\": {\"minHealthPercent\": 0}";

    private static Peer.Script good() {
        return (now, busy, random) -> Peer.Answer.ok(Peer.logNormal(20 * MS, 0.3, random));
    }

    private static Peer.Script trouble(Peer.Answer answer) {
        return (now, busy, random) ->
                now >= FROM && now < UNTIL ? answer : Peer.Answer.ok(Peer.logNormal(20 * MS, 0.3, random));
    }

    private static final Peer.Answer FAST_503 = Peer.Answer.status(503, 2 * MS);
    private static final Peer.Answer BLACK_HOLE = Peer.Answer.ok(10 * MINUTE);
    private static final Peer.Answer DEAD = Peer.Answer.refused();

    private static String play(VirtualTime time, String name, String settings, Peer.Script... scripts)
            throws IOException {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < scripts.length; i++) {
            peers.add(new Peer("10.0.0." + (i + 1), "", scripts[i]));
        }
        World world = new World(time, Workload.of("web"), peers);
        world.apply(World.document("orders", peers, settings));
        world.events.usable(Math.max(1, scripts.length - 1)); // one of them may be out
        long[] before = new long[1];
        long[] during = new long[1];
        time.at(FROM, "the trouble begins", () -> before[0] = peers.get(0).served);
        time.at(UNTIL, "the trouble ends", () -> during[0] = peers.get(0).served);
        world.play(200, 4 * MINUTE, () -> call(world));
        world.events.checkBudget(20, 10);
        return world.line(name)
                + String.format(
                        Locale.ROOT,
                        ", ejected %d, returned %d, the bad one met %d calls in trouble and %d after it",
                        world.events.ejected,
                        world.events.returned,
                        during[0] - before[0],
                        peers.get(0).served - during[0]);
    }

    /** Only a call without an answer in hand is refused. */
    private static void call(World world) {
        Call call = world.newCall("orders", MeshOptions.DEFAULT);
        if (world.call(call).equals("UH")) {
            assertThat(call.decision().attempts()).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void numbers(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        String attempt = ", \"timeouts\": {\"request\": \"2s\", \"backendRequest\": \"500ms\"}";
        String ewma = ", \"loadBalancer\": {\"simple\": \"PEAK_EWMA\"}";
        String deadline = ", \"timeouts\": {\"request\": \"1s\"}";
        add(lines, kind, "fast 503s, no ejection", OFF, trouble(FAST_503), good(), good());
        add(lines, kind, "fast 503s, no ejection, PEAK_EWMA", OFF + ewma, trouble(FAST_503), good(), good());
        add(lines, kind, "fast 503s", ON, trouble(FAST_503), good(), good());
        add(lines, kind, "black hole, no ejection", OFF + attempt, trouble(BLACK_HOLE), good(), good());
        add(lines, kind, "black hole, attempt timer", ON + attempt, trouble(BLACK_HOLE), good(), good());
        add(lines, kind, "black hole, deadline only", ON + deadline, trouble(BLACK_HOLE), good(), good());
        add(lines, kind, "one endpoint dies", ON, trouble(DEAD), good(), good());
        add(lines, kind, "one of two is bad", ON, trouble(FAST_503), good());
        add(lines, kind, "all fail", ON, trouble(FAST_503), trouble(FAST_503), trouble(FAST_503));
        add(lines, kind, "the only one fails", ON, trouble(FAST_503));
        add(lines, kind, "the only one fails, no panic", NO_PANIC, trouble(FAST_503));
        add(lines, kind, "the only one dies, no panic", NO_PANIC, trouble(DEAD));
        Results.check("ejection", lines);
    }

    /** Of six, two fail nine times of ten: the deviation is so wide that no success rate is far below the mean. */
    @ParameterizedTest
    @EnumSource
    void comparisons(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        String rows = "\"outlierDetection\": {\"consecutive5xxErrors\": 0";
        Peer.Script[] six = {flaky(), flaky(), good(), good(), good(), good()};
        add(lines, kind, "two of six, success rates", rows + "}", six);
        add(lines, kind, "two of six, percentage", rows + ", \"failurePercentageThreshold\": 85}", six);
        add(lines, kind, "one of three answers 429", ON, trouble(Peer.Answer.status(429, 2 * MS)), good(), good());
        Results.check("comparisons", lines);
    }

    private static Peer.Script flaky() {
        Peer.Script bad = trouble(FAST_503);
        return (now, busy, random) -> (random.nextInt(10) == 0 ? good() : bad).answer(now, busy, random);
    }

    private static void add(List<String> lines, ThreadKind kind, String name, String settings, Peer.Script... scripts) {
        lines.add(Simulation.numbers(kind, time -> play(time, name, settings, scripts)));
    }

    @Test
    void nothing_is_lost_or_leaked_when_events_meet() {
        Simulation.races(2, time -> {
            String line = play(time, "races", ON, trouble(DEAD), good(), good());
            assertThat(line).contains("failed {}");
            return line;
        });
    }
}
