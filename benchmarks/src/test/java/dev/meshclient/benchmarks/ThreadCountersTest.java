package dev.meshclient.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.benchmarks.ThreadCounters.Counts;
import dev.meshclient.benchmarks.ThreadCounters.Spent;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ThreadCountersTest {
    private static final Counts OWN = new Counts(10, 1_000);

    private static Spent between(Map<String, Counts> before, Map<String, Counts> after) {
        return new ThreadCounters("1", after).since(new ThreadCounters("1", before));
    }

    @Test
    void tells_the_thread_that_asks_from_the_others() {
        Spent spent = between(
                Map.of("1", OWN, "2", new Counts(5, 500)), Map.of("1", new Counts(13, 9_000), "2", new Counts(9, 700)));

        assertThat(spent).isEqualTo(new Spent(3, 4, 200));
    }

    @Test
    void a_thread_that_has_ended_takes_nothing_away() {
        assertThat(between(Map.of("1", OWN, "2", new Counts(900, 90_000)), Map.of("1", OWN)))
                .isEqualTo(new Spent(0, 0, 0));
    }

    @Test
    void a_thread_that_has_started_is_counted_as_a_whole() {
        assertThat(between(Map.of("1", OWN), Map.of("1", OWN, "2", new Counts(4, 300))))
                .isEqualTo(new Spent(0, 4, 300));
    }

    @Test
    void without_counters_nothing_is_known() {
        assertThat(between(Map.of(), Map.of())).isEqualTo(new Spent(Double.NaN, Double.NaN, Double.NaN));
    }
}
