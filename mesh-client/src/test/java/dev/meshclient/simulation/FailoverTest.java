package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Workload;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two clusters of four; the first loses half of its instances, then all, and then they return. */
class FailoverTest {
    private static final long HALF = 20 * SECOND;
    private static final long ALL = 60 * SECOND;
    private static final long BACK = 100 * SECOND;
    private static final long END = 260 * SECOND;
    private static final int SIZE = 4;

    /** How many of the first cluster are down at that time. */
    private static int down(long now) {
        return now < HALF || now >= BACK ? 0 : now < ALL ? SIZE / 2 : SIZE;
    }

    private static Peer peer(int cluster, int place, boolean dies) {
        return new Peer(
                "10." + cluster + ".0." + place,
                "",
                (now, busy, random) -> dies && cluster == 0 && place < down(now)
                        ? Peer.Answer.refused()
                        : Peer.Answer.ok(Peer.logNormal(10 * MS, 0.3, random)));
    }

    private static Documents document(List<Peer> first, List<Peer> second, String mode, int unhealthy) {
        return document(first, second, mode, unhealthy, "UP");
    }

    /** @param state the state of the first cluster */
    private static Documents document(List<Peer> first, List<Peer> second, String mode, int unhealthy, String state) {
        List<String> endpoints = new ArrayList<>();
        for (int i = 0; i < SIZE; i++) {
            endpoints.add(in("one", first.get(i).json(i < unhealthy ? "UNHEALTHY" : "HEALTHY")));
            endpoints.add(in("two", second.get(i).json("HEALTHY")));
        }
        return World.document(World.service("orders", endpoints, "'failoverMode': '" + mode + "'"))
                .with("'clusters': [{'name': 'one', 'priority': 0, 'state': '" + state
                        + "'}, {'name': 'two', 'priority': 1}]");
    }

    private static String in(String cluster, String endpoint) {
        return endpoint.substring(0, endpoint.length() - 1) + ", 'cluster': '" + cluster + "'}";
    }

    /** @param said the policy marks the endpoints that are down, else they refuse connections and are ejected */
    private static String play(VirtualTime time, String mode, boolean said, int perSecond) throws IOException {
        List<Peer> first =
                IntStream.range(0, SIZE).mapToObj(i -> peer(0, i, !said)).toList();
        List<Peer> second =
                IntStream.range(0, SIZE).mapToObj(i -> peer(1, i, false)).toList();
        World world = new World(
                time,
                Workload.of("web"),
                Stream.concat(first.stream(), second.stream()).toList());
        world.apply(document(first, second, mode, 0));
        if (said) {
            for (long at : new long[] {HALF, ALL, BACK}) {
                time.at(at, "the policy changes", () -> world.apply(document(first, second, mode, down(at))));
            }
        }
        List<Long> served = new ArrayList<>();
        for (long at = 10 * SECOND; at < END; at += 10 * SECOND) {
            time.at(at, "count", () -> {
                served.add(first.stream().mapToLong(p -> p.served).sum());
                served.add(world.wire.attempts);
            });
        }
        world.play(perSecond, END);
        world.events.checkBudget(20, 10);
        world.events.checkOut(SIZE);
        assertThat(world.tally.failures()).as("calls that were lost").isEmpty();
        return world.line(mode + (said ? ", policy says it" : ", by ejection"))
                + String.format(
                        Locale.ROOT,
                        ", ejected %d, returned %d, the first cluster's %% each 10 s %s",
                        world.events.ejected,
                        world.events.returned,
                        shares(served));
    }

    /** The policy drains the first cluster, marks it down and up again; its instances are healthy all the time. */
    private static String drain(VirtualTime time, int perSecond) throws IOException {
        List<Peer> first =
                IntStream.range(0, SIZE).mapToObj(i -> peer(0, i, false)).toList();
        List<Peer> second =
                IntStream.range(0, SIZE).mapToObj(i -> peer(1, i, false)).toList();
        World world = new World(
                time,
                Workload.of("web"),
                Stream.concat(first.stream(), second.stream()).toList());
        world.apply(document(first, second, "SPILL", 0));
        time.at(HALF, "drain", () -> world.apply(document(first, second, "SPILL", 0, "DRAINING")));
        time.at(ALL, "down", () -> world.apply(document(first, second, "SPILL", 0, "DOWN")));
        time.at(BACK, "up", () -> world.apply(document(first, second, "SPILL", 0)));
        List<Long> served = new ArrayList<>();
        for (long at = 10 * SECOND; at < END; at += 10 * SECOND) {
            time.at(at, "count", () -> {
                served.add(first.stream().mapToLong(p -> p.served).sum());
                served.add(world.wire.attempts);
            });
        }
        world.play(perSecond, END);
        assertThat(world.tally.failures()).as("calls that were lost").isEmpty();
        return world.line("drained, down, up") + ", the first cluster's % each 10 s " + shares(served);
    }

    private static List<Long> shares(List<Long> served) {
        List<Long> shares = new ArrayList<>();
        for (int i = 0; i < served.size(); i += 2) {
            long taken = served.get(i) - (i == 0 ? 0 : served.get(i - 2));
            long all = served.get(i + 1) - (i == 0 ? 0 : served.get(i - 1));
            shares.add(all == 0 ? 0 : 100 * taken / all);
        }
        return shares;
    }

    @ParameterizedTest
    @EnumSource
    void numbers(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String mode : List.of("SPILL", "STRICT")) {
            for (boolean said : new boolean[] {true, false}) {
                lines.add(Simulation.numbers(kind, time -> play(time, mode, said, 100)));
            }
        }
        lines.add(Simulation.numbers(kind, time -> drain(time, 100)));
        Results.check("failover", lines);
    }

    @Test
    void nothing_is_lost_or_leaked_when_events_meet() {
        Simulation.races(2, time -> play(time, "SPILL", false, 50));
        Simulation.races(1, time -> play(time, "STRICT", true, 50));
    }
}
