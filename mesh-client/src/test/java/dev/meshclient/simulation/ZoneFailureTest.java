package dev.meshclient.simulation;

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
import java.util.stream.Stream;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Three services of three instances in three zones, A calls B calls C, with a mesh in each; then a zone dies. */
class ZoneFailureTest {
    private static final List<String> ZONES = List.of("eu/eu-1a", "eu/eu-1b", "eu/eu-1c");
    private static final String DEAD = "eu/eu-1b";

    private static final String ANY = "\"trafficDistribution\": \"Any\"";
    private static final String PREFER_SAME_ZONE = "\"trafficDistribution\": \"PreferSameZone\"";

    /** The three services, and a client outside that calls A without a zone of its own. */
    private static final class Shop {
        final VirtualTime time;
        final String distribution;
        final List<Peer> a = new ArrayList<>();
        final List<Peer> b = new ArrayList<>();
        final List<Peer> c = new ArrayList<>();
        final List<World> inside = new ArrayList<>();
        final World client;
        long diesAt = Long.MAX_VALUE;

        Shop(VirtualTime time, String distribution) {
            this.time = time;
            this.distribution = distribution;
            for (int i = 0; i < 3; i++) {
                String zone = ZONES.get(i);
                c.add(new Peer("10.3.0." + i, zone, script(zone, null, "")));
            }
            for (int i = 0; i < 3; i++) {
                b.add(instance("10.2.0." + i, "b", ZONES.get(i), c, "c"));
            }
            for (int i = 0; i < 3; i++) {
                a.add(instance("10.1.0." + i, "a", ZONES.get(i), b, "b"));
            }
            client = new World(time, Workload.of("client"), a);
            apply("HEALTHY");
        }

        private Peer instance(String address, String service, String zone, List<Peer> next, String nextName) {
            World world = new World(time, Workload.of(service).zone(zone), next);
            inside.add(world);
            return new Peer(address, zone, script(zone, world, nextName));
        }

        private Peer.Script script(String zone, @Nullable World world, String next) {
            return (now, busy, random) -> {
                if (now >= diesAt && zone.equals(DEAD)) {
                    return Peer.Answer.refused();
                }
                if (world != null) {
                    Call call = world.newCall(next, MeshOptions.DEFAULT);
                    try (Response response = world.send(call)) {
                        assertThat(response.code()).isEqualTo(200);
                    }
                }
                return Peer.Answer.ok(Peer.logNormal(5 * MS, 0.3, random));
            };
        }

        /** The same document for all, in force everywhere at one instant. */
        void apply(String healthOfDead) {
            Documents document = World.document(
                    service("a", a, healthOfDead), service("b", b, healthOfDead), service("c", c, healthOfDead));
            client.apply(document);
            inside.forEach(w -> w.apply(document));
        }

        private Documents.Service service(String name, List<Peer> peers, String healthOfDead) {
            List<String> endpoints = peers.stream()
                    .map(p -> p.json(p.zone().equals(DEAD) ? healthOfDead : "HEALTHY"))
                    .toList();
            return World.service(name, endpoints, distribution);
        }

        void call() {
            client.call(client.newCall("a", MeshOptions.DEFAULT));
        }

        long crossings() {
            return inside.stream().mapToLong(w -> w.wire.crossings).sum();
        }

        long attempts() {
            return inside.stream().mapToLong(w -> w.wire.attempts).sum();
        }

        /** Crossings, as each mesh itself counts them. */
        long counted() {
            return inside.stream()
                    .flatMap(w -> Stream.of("b", "c").map(w::traffic))
                    .mapToLong(t -> t.crossZone().requests())
                    .sum();
        }

        long lastArrivalInDead() {
            List<Peer> all = new ArrayList<>(a);
            all.addAll(b);
            all.addAll(c);
            return all.stream()
                    .filter(p -> p.zone().equals(DEAD))
                    .mapToLong(p -> p.lastArrival)
                    .max()
                    .orElseThrow();
        }

        void checkAtRest() {
            client.checkAtRest(client.tally.calls());
            inside.forEach(w -> w.checkAtRest(w.events.started));
            assertThat(client.tally.failures()).as("calls that were lost").isEmpty();
        }

        String line(String name) {
            return client.line(name)
                    + String.format(Locale.ROOT, ", hops %d, of which %d crossed zones", attempts(), crossings());
        }
    }

    private static String alive(VirtualTime time, String name, String distribution, int calls) {
        Shop shop = new Shop(time, distribution);
        for (int i = 0; i < calls; i++) {
            shop.call();
        }
        shop.checkAtRest();
        assertThat(shop.attempts()).isEqualTo(2L * calls);
        assertThat(shop.counted()).isEqualTo(shop.crossings());
        if (distribution.equals(PREFER_SAME_ZONE)) {
            assertThat(shop.crossings()).isZero();
        } else {
            double expected = 2 * calls * 2 / 3.0;
            assertThat((double) shop.crossings())
                    .isBetween(
                            expected - 5 * StrictMath.sqrt(expected / 3), expected + 5 * StrictMath.sqrt(expected / 3));
        }
        return shop.line(name);
    }

    /** @param marked when the policy says that the zone is dead */
    private static String dying(VirtualTime time, String name, double perSecond, long dies, long marked, long end)
            throws IOException {
        Shop shop = new Shop(time, PREFER_SAME_ZONE);
        shop.diesAt = dies;
        time.at(marked, "the policy changes", () -> shop.apply("UNHEALTHY"));
        Arrivals arrivals = new Arrivals(time, perSecond, end, shop::call);
        arrivals.await();
        time.join();
        shop.checkAtRest();
        // Its endpoints may be ejected before the policy says that they are gone.
        assertThat(shop.lastArrivalInDead())
                .as("last arrival in the dead zone")
                .isBetween(Math.min(dies, marked - SECOND), marked);
        return shop.line(name);
    }

    @ParameterizedTest
    @EnumSource
    void numbers_of_the_seed_case(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(Simulation.numbers(kind, time -> alive(time, "Any, 120 of 180 expected", ANY, 90)));
        lines.add(Simulation.numbers(kind, time -> alive(time, "PreferSameZone", PREFER_SAME_ZONE, 90)));
        lines.add(Simulation.numbers(kind, time -> alive(time, "Any, 12000 of 18000 expected", ANY, 9000)));
        lines.add(Simulation.numbers(
                kind, time -> dying(time, "PreferSameZone, a zone dies", 9, 20 * SECOND, 23 * SECOND, 60 * SECOND)));
        Results.check("zone-failure", lines);
    }

    @Test
    void no_call_is_lost_when_a_zone_dies() {
        Simulation.races(5, time -> dying(time, "dies", 9, 3 * SECOND, 6 * SECOND, 10 * SECOND));
    }

    @Test
    void no_call_is_lost_when_a_zone_is_taken_out_under_load() {
        Simulation.races(3, time -> dying(time, "taken out", 500, Long.MAX_VALUE, 2 * SECOND, 4 * SECOND));
    }
}
