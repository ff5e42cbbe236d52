package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriorityLoadTest {
    /** The tables of Envoy's documentation on priority levels: per cent healthy, then per cent of the calls. */
    @ParameterizedTest
    @CsvSource({
        "100 100 100, 100 0 0",
        "72 72 100, 100 0 0",
        "71 71 100, 99 1 0",
        "50 50 100, 70 30 0",
        "25 100 100, 35 65 0",
        "25 25 100, 35 35 30",
        "72 100, 100 0",
        "71 100, 99 1",
        "50 100, 70 30",
        "25 100, 35 65",
        "25 25, 50 50",
        "0 100, 0 100"
    })
    void is_what_envoy_documents(String healthy, String load) {
        assertThat(PriorityLoad.spill(health(healthy))).isEqualTo(numbers(load));
    }

    /**
     * The table of Envoy's documentation on degraded endpoints: per cent healthy, degraded and unhealthy of one priority, then
     * per cent of the calls of its healthy and its degraded endpoints.
     */
    @ParameterizedTest
    @CsvSource({"100 0 0, 100 0", "71 0 29, 100 0", "71 29 0, 99 1", "25 65 10, 35 65", "5 0 95, 100 0"})
    void degraded_endpoints_get_what_envoy_documents(String endpoints, String load) {
        int[] percent = numbers(endpoints);
        int[] health = {PriorityLoad.health(percent[0], 100), PriorityLoad.health(percent[1], 100)};
        assertThat(PriorityLoad.spill(health)).isEqualTo(numbers(load));
    }

    /** The documentation rounds the last row of its table to 36 36 28; whole numbers give the rest to the first priority. */
    @Test
    void gives_what_rounding_leaves_to_the_first_healthy_priority() {
        assertThat(PriorityLoad.spill(health("25 25 20"))).containsExactly(37, 35, 28);
        assertThat(PriorityLoad.spill(new int[] {0, 33, 33})).containsExactly(0, 50, 50);
        assertThat(PriorityLoad.spill(new int[] {0, 20, 40})).containsExactly(0, 34, 66);
    }

    /** Envoy's recalculateLoadInTotalPanic: by the number of hosts, whole numbers, the rest to the first priority with any. */
    @Test
    void shares_by_size_where_all_priorities_panic() {
        assertThat(PriorityLoad.inTotalPanic(new int[] {5, 5, 5})).containsExactly(34, 33, 33);
        assertThat(PriorityLoad.inTotalPanic(new int[] {5, 6, 3})).containsExactly(37, 42, 21);
        assertThat(PriorityLoad.inTotalPanic(new int[] {0, 2, 1})).containsExactly(0, 67, 33);
        assertThat(PriorityLoad.inTotalPanic(new int[] {0, 0})).containsExactly(0, 0);
        assertThat(PriorityLoad.inTotalPanic(new int[] {2_000_000_000, 2_000_000_000}))
                .containsExactly(50, 50);
    }

    @Test
    void adds_up_to_a_hundred_and_gives_nothing_to_the_dead() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 100_000; i++) {
            int[] health = random.ints(1 + random.nextInt(5), 0, 101).toArray();
            int[] load = PriorityLoad.spill(health);
            boolean anybody = Arrays.stream(health).anyMatch(h -> h > 0);
            assertThat(Arrays.stream(load).sum()).isEqualTo(anybody ? 100 : 0);
            for (int p = 0; p < health.length; p++) {
                assertThat(health[p] > 0 || load[p] == 0)
                        .as("%s -> %s", Arrays.toString(health), Arrays.toString(load))
                        .isTrue();
            }
        }
    }

    @Test
    void stays_until_no_endpoint_is_left_where_that_is_asked_for() {
        assertThat(PriorityLoad.strict(new int[] {1, 100})).containsExactly(100, 0);
        assertThat(PriorityLoad.strict(new int[] {0, 3, 100})).containsExactly(0, 100, 0);
        assertThat(PriorityLoad.strict(new int[] {0, 0})).containsExactly(0, 0);
    }

    private static int[] health(String percent) {
        return Arrays.stream(numbers(percent))
                .map(p -> PriorityLoad.health(p, 100))
                .toArray();
    }

    private static int[] numbers(String text) {
        return Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
    }
}
