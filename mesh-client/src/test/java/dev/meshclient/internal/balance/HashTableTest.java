package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.ConsistentHash;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.Locality;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ring and the table, against the values in Envoy's tests (ring_hash_lb_test.cc, maglev_lb_test.cc), and their shares. */
class HashTableTest {
    private static Endpoint endpoint(String address, int port, int weight) {
        return new Endpoint(
                new dev.meshclient.policy.Endpoint(
                        address, port, new Locality("", "", ""), null, weight, Health.HEALTHY, Map.of(), null, null),
                Cluster.NONE,
                new EndpointHealth(address, port));
    }

    /** 127.0.0.1:90 to 95. */
    private static List<Endpoint> envoys() {
        return IntStream.range(90, 96)
                .mapToObj(port -> endpoint("127.0.0.1", port, 1))
                .toList();
    }

    private static List<Endpoint> endpoints(int count, IntUnaryOperator weight) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            endpoints.add(
                    endpoint("10." + (i >> 16) + '.' + (i >> 8 & 255) + '.' + (i & 255), 8080, weight.applyAsInt(i)));
        }
        return endpoints;
    }

    @ParameterizedTest
    @CsvSource({
        "0, 94",
        "833437586790550859, 94",
        "928266305478181107, 92",
        "1033482794131418489, 90",
        "3551244743356806946, 95",
        "3851675632748031480, 93",
        "5583722120771150860, 91",
        "6311230543546372927, 91",
        "7700377290971790571, 93",
        "13144177310400110812, 95",
        "13444792449719432966, 92",
        "15516499411664133159, 94",
        "16117243373044804888, 90",
        "18446744073709551615, 94",
    })
    void a_ring_has_envoys_points(String hash, int port) {
        HashRing ring = HashRing.of(envoys(), 12);
        assertThat(ring.size()).isEqualTo(12);
        assertThat(envoys().get(ring.owner(Long.parseUnsignedLong(hash))).port())
                .isEqualTo(port);
    }

    @Test
    void a_table_is_envoys_table() {
        MaglevTable table = MaglevTable.of(envoys(), 7);
        assertThat(IntStream.range(0, 21).map(table::owner))
                .containsExactly(2, 4, 0, 1, 5, 0, 3, 2, 4, 0, 1, 5, 0, 3, 2, 4, 0, 1, 5, 0, 3);
    }

    @Test
    void a_table_has_places_by_weight_as_envoys() {
        MaglevTable table = MaglevTable.of(List.of(endpoint("127.0.0.1", 90, 1), endpoint("127.0.0.1", 91, 2)), 17);
        assertThat(IntStream.range(0, 17).map(table::owner).filter(o -> o == 0).count())
                .isEqualTo(6);
    }

    @Test
    void the_order_of_endpoints_does_not_matter() {
        List<Endpoint> endpoints = endpoints(50, i -> 1);
        List<Endpoint> turned = new ArrayList<>(endpoints);
        Collections.reverse(turned);
        List<List<HashTable>> pairs = List.of(
                List.of(HashRing.of(endpoints, 1024), HashRing.of(turned, 1024)),
                List.of(MaglevTable.of(endpoints, 5003), MaglevTable.of(turned, 5003)));
        SplittableRandom random = new SplittableRandom(3);
        for (List<HashTable> pair : pairs) {
            for (int i = 0; i < 10_000; i++) {
                long hash = random.nextLong();
                assertThat(pair.get(0).owner(hash)).isEqualTo(49 - pair.get(1).owner(hash));
            }
        }
    }

    private static double[] shares(HashTable table, int endpoints) {
        double[] shares = new double[endpoints];
        SplittableRandom random = new SplittableRandom(1);
        int draws = 500_000;
        for (int i = 0; i < draws; i++) {
            shares[table.owner(random.nextLong())] += 1.0 / draws;
        }
        return shares;
    }

    /** Relative to what the weight demands. A ring of n points for each endpoint deviates by about 1/sqrt(n). */
    @Test
    void shares_follow_the_weights() {
        IntUnaryOperator weight = i -> 1 + i % 4;
        List<Endpoint> endpoints = endpoints(20, weight);
        double all = IntStream.range(0, 20).map(weight).sum();
        double[] ring = shares(HashRing.of(endpoints, 100_000), 20);
        double[] maglev = shares(MaglevTable.of(endpoints, 65_537), 20);
        for (int i = 0; i < 20; i++) {
            double due = weight.applyAsInt(i) / all;
            assertThat(ring[i]).isBetween(due * 0.92, due * 1.08);
            assertThat(maglev[i]).isBetween(due * 0.96, due * 1.04);
        }
    }

    /** One heavy endpoint among many light ones needs the longest ring and the most rounds. */
    @Test
    void extreme_weights_are_bounded() {
        List<Endpoint> endpoints = endpoints(20_000, i -> i == 0 ? 1_000_000 : 1);
        HashRing ring = HashRing.of(endpoints, 1024);
        assertThat(ring.size()).isBetween(1_000_000, 1_100_000);
        assertThat(shares(ring, endpoints.size())[0]).isBetween(0.975, 0.986);
        assertThat(shares(MaglevTable.of(endpoints, 65_537), endpoints.size())[0])
                .isBetween(0.68, 0.99);
        assertThat(HashRing.of(endpoints(10, i -> i == 0 ? 1 : 1_000_000), 1024).size())
                .isEqualTo(ConsistentHash.RingHash.MAX_SIZE);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7, 101})
    void a_table_with_fewer_places_than_endpoints_is_enlarged(int places) {
        MaglevTable table = MaglevTable.of(endpoints(1000, i -> 1), places);
        assertThat(table.size()).isGreaterThanOrEqualTo(1000);
        assertThat(IntStream.range(0, table.size()).map(table::owner).distinct().count())
                .isEqualTo(1000);
    }
}
