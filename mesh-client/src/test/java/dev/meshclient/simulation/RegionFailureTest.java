package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.MeshStatus;
import dev.meshclient.Workload;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Four regions of three zones; ours dies, then the one that follows, and then they return. */
class RegionFailureTest {
    private static final long OURS = 20 * SECOND;
    private static final long NEXT = 50 * SECOND;
    private static final long BACK = 80 * SECOND;
    private static final long END = 190 * SECOND;
    private static final List<String> REGIONS = List.of("eu", "us", "ap", "sa");

    private static final String FAILOVER =
            "\"localityLbSetting\": {\"failover\": [{\"from\": \"eu\", \"to\": \"ap\"}, {\"from\": \"eu\", \"to\": \"us\"}]}";
    private static final String DISTRIBUTE =
            "\"localityLbSetting\": {\"distribute\": [{\"from\": \"eu/*\", \"to\": {\"eu/a\": 50, \"eu/b\": 30, \"ap/*\": 20}}],"
                    + " \"failover\": [{\"from\": \"eu\", \"to\": \"us\"}]}";

    private static boolean isDown(String region, long now) {
        return now < BACK && ((region.equals("eu") && now >= OURS) || (region.equals("ap") && now >= NEXT));
    }

    private static Peer peer(String region, String zone, boolean dies) {
        return new Peer(
                "10." + REGIONS.indexOf(region) + ".0." + zone.charAt(0) % 16,
                region + "/" + zone,
                (now, busy, random) -> dies && isDown(region, now)
                        ? Peer.Answer.refused()
                        : Peer.Answer.ok(Peer.logNormal(10 * MS, 0.3, random)));
    }

    private static Documents document(List<Peer> peers, String setting, long now) {
        List<String> endpoints = peers.stream()
                .map(p -> p.json(isDown(p.zone().substring(0, 2), now) ? "UNHEALTHY" : "HEALTHY"))
                .toList();
        return World.document(World.service("orders", endpoints, setting));
    }

    /** @param said the policy marks the endpoints that are down, else they refuse connections and are ejected */
    private static String play(VirtualTime time, String name, String setting, boolean said, int perSecond)
            throws IOException {
        List<Peer> peers = new ArrayList<>();
        for (String region : REGIONS) {
            for (String zone : List.of("a", "b", "c")) {
                peers.add(peer(region, zone, !said));
            }
        }
        World world = new World(time, Workload.of("web").zone("eu/a"), peers);
        world.apply(document(peers, setting, 0));
        if (said) {
            for (long at : new long[] {OURS, NEXT, BACK}) {
                time.at(at, "the policy changes", () -> world.apply(document(peers, setting, at)));
            }
        }
        List<long[]> served = new ArrayList<>();
        for (long at = 10 * SECOND; at < END; at += 10 * SECOND) {
            time.at(at, "count", () -> served.add(served(peers)));
        }
        world.play(perSecond, END);
        checkLost(world, said);
        checkTraffic(world, peers);
        return world.line(name + (said ? ", policy says it" : ", by ejection")) + ", " + REGIONS + " % each 10 s "
                + shares(served);
    }

    private static long[] served(List<Peer> peers) {
        return REGIONS.stream()
                .mapToLong(r -> peers.stream()
                        .filter(p -> p.zone().startsWith(r))
                        .mapToLong(p -> p.served)
                        .sum())
                .toArray();
    }

    /** Three attempts may find the three zones of a region dead, until five failures in a row have ejected them. */
    private static void checkLost(World world, boolean said) {
        Map<String, Integer> lost = new HashMap<>(world.tally.failures());
        int unreachable = lost.getOrDefault("connect-failure", 0);
        lost.remove("connect-failure");
        assertThat(lost).as("calls that were lost for other reasons").isEmpty();
        assertThat(unreachable).as("calls that were lost").isLessThanOrEqualTo(said ? 0 : 2 * 5 * 3);
    }

    /** What the mesh counts is what arrived. */
    private static void checkTraffic(World world, List<Peer> peers) {
        MeshStatus.Traffic traffic = world.traffic("orders");
        long[] served = served(peers);
        assertThat(traffic.sameZone().requests()).isEqualTo(peers.get(0).served);
        assertThat(traffic.sameZone().requests() + traffic.crossZone().requests())
                .isEqualTo(served[0]);
        assertThat(traffic.crossRegion().requests()).isEqualTo(served[1] + served[2] + served[3]);
        assertThat(traffic.unknown().requests()).isZero();
    }

    private static String shares(List<long[]> served) {
        StringBuilder text = new StringBuilder();
        long[] before = new long[REGIONS.size()];
        for (long[] now : served) {
            long all = 0;
            for (int r = 0; r < now.length; r++) {
                all += now[r] - before[r];
            }
            for (int r = 0; r < now.length; r++) {
                text.append(r == 0 ? " " : "/").append(all == 0 ? 0 : 100 * (now[r] - before[r]) / all);
            }
            before = now;
        }
        return text.toString().trim();
    }

    @ParameterizedTest
    @EnumSource
    void numbers(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(Simulation.numbers(kind, time -> play(time, "no order", "\"failoverMode\": \"SPILL\"", true, 50)));
        lines.add(Simulation.numbers(kind, time -> play(time, "failover", FAILOVER, true, 50)));
        lines.add(Simulation.numbers(kind, time -> play(time, "failover", FAILOVER, false, 50)));
        lines.add(Simulation.numbers(kind, time -> play(time, "distribute", DISTRIBUTE, true, 50)));
        Results.check("region-failure", lines);
    }

    @Test
    void nothing_is_lost_or_leaked_when_events_meet() {
        Simulation.races(2, time -> play(time, "failover", FAILOVER, false, 20));
        Simulation.races(1, time -> play(time, "distribute", DISTRIBUTE, true, 20));
    }
}
