package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meshclient.internal.balance.ZoneShares.Capacity;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ZoneSharesTest {
    private static Capacity healthy(long n) {
        return new Capacity(n, n);
    }

    @Test
    void everything_stays_at_home_while_home_can_bear_it() {
        assertThat(ZoneShares.of(Map.of("a", healthy(1), "b", healthy(5)), "a", Map.of()))
                .isEqualTo(Map.of("a", 1.0));
    }

    @Test
    void with_five_of_seven_usable_everything_stays_at_home() {
        assertThat(ZoneShares.of(Map.of("a", new Capacity(7, 5), "b", healthy(7)), "a", Map.of()))
                .isEqualTo(Map.of("a", 1.0));
    }

    @Test
    void only_the_missing_share_spills_by_the_usable_capacity_of_the_others() {
        Map<String, Double> shares =
                ZoneShares.of(Map.of("a", new Capacity(4, 2), "b", healthy(2), "c", healthy(4)), "a", Map.of());
        assertThat(shares.get("a")).isCloseTo(0.7, within(1e-9));
        assertThat(shares.get("b")).isCloseTo(0.1, within(1e-9));
        assertThat(shares.get("c")).isCloseTo(0.2, within(1e-9));
    }

    @Test
    void without_anything_usable_at_home_the_others_take_it_by_capacity() {
        assertThat(ZoneShares.of(Map.of("a", new Capacity(3, 0), "b", healthy(1), "c", healthy(3)), "a", Map.of()))
                .isEqualTo(Map.of("b", 0.25, "c", 0.75));
    }

    @Test
    void a_zone_that_is_not_known_prefers_none() {
        assertThat(ZoneShares.of(Map.of("a", healthy(1), "b", healthy(3)), "", Map.of()))
                .isEqualTo(Map.of("a", 0.25, "b", 0.75));
    }

    /** Envoy's documented example: callers 40/40/20, upstream 25/50/25: 62.5 % stay, the rest is split 2:1. */
    @Test
    void with_the_callers_known_the_residual_capacity_decides() {
        Map<String, Double> shares = ZoneShares.of(
                Map.of("a", healthy(25), "b", healthy(50), "c", healthy(25)),
                "a",
                Map.of("a", 40L, "b", 40L, "c", 20L));
        assertThat(shares.get("a")).isCloseTo(0.625, within(1e-9));
        assertThat(shares.get("b")).isCloseTo(0.25, within(1e-9));
        assertThat(shares.get("c")).isCloseTo(0.125, within(1e-9));
    }

    /** 5.3 of Envoy's formula with nothing at home: c has its own callers to serve, so b takes more than its half. */
    @Test
    void without_anything_usable_at_home_the_residual_capacity_of_the_others_decides() {
        Map<String, Double> shares = ZoneShares.of(
                Map.of("a", new Capacity(2, 0), "b", healthy(2), "c", healthy(2)), "a", Map.of("a", 2L, "c", 1L));
        assertThat(shares.get("b")).isCloseTo(0.75, within(1e-9));
        assertThat(shares.get("c")).isCloseTo(0.25, within(1e-9));
        assertThat(shares).doesNotContainKey("a");
    }

    @Test
    void equal_populations_keep_everything_at_home() {
        assertThat(ZoneShares.of(
                        Map.of("a", healthy(1), "b", healthy(1), "c", healthy(1)),
                        "b",
                        Map.of("a", 1L, "b", 1L, "c", 1L)))
                .isEqualTo(Map.of("b", 1.0));
    }

    @Test
    void shares_always_add_up_to_one_and_go_where_something_is_usable() {
        SplittableRandom random = new SplittableRandom(7);
        String[] names = {"a", "b", "c", "d"};
        for (int i = 0; i < 20_000; i++) {
            Map<String, Capacity> zones = new HashMap<>();
            Map<String, Long> callers = new HashMap<>();
            long usable = 0;
            for (String zone : names) {
                int configured = random.nextInt(6);
                int up = configured == 0 ? 0 : random.nextInt(configured + 1);
                if (configured > 0) {
                    zones.put(zone, new Capacity(configured, up));
                    usable += up;
                }
                if (random.nextBoolean()) {
                    callers.put(zone, (long) random.nextInt(4));
                }
            }
            if (usable == 0) {
                continue;
            }
            Map<String, Double> shares = ZoneShares.of(zones, names[random.nextInt(4)], callers);
            assertThat(shares.values().stream().mapToDouble(d -> d).sum()).isCloseTo(1, within(1e-9));
            shares.forEach((zone, share) -> {
                assertThat(share).as("%s %s", zones, callers).isPositive();
                assertThat(zones.get(zone)).isNotNull().satisfies(z -> assertThat(z.usable())
                        .as("%s %s -> %s", zones, callers, shares)
                        .isPositive());
            });
        }
    }
}
