package dev.meshclient.internal.hedge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.call.Allocated;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttemptLatenciesTest {
    private static final long MS = 1_000_000;

    private final AttemptLatencies latencies = new AttemptLatencies();

    @Test
    void it_is_not_known_before_a_hundred_attempts() {
        for (int i = 0; i < 99; i++) {
            latencies.add(20 * MS);
        }
        assertThat(latencies.p95()).isEqualTo(AttemptLatencies.UNKNOWN);
        for (int i = 0; i < 16; i++) {
            latencies.add(20 * MS);
        }
        assertThat(latencies.p95()).isBetween(20 * MS, 23 * MS);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 50_000, MS, 17 * MS, 250 * MS, 9000 * MS})
    void it_is_the_percentile_and_at_most_an_eighth_more(long scale) {
        SplittableRandom random = new SplittableRandom(scale);
        long[] all = new long[2000];
        for (int i = 0; i < all.length; i++) {
            all[i] = (long) (scale * StrictMath.exp(2 * random.nextDouble()));
            latencies.add(all[i]);
        }
        Arrays.sort(all);
        long exact = all[all.length * 95 / 100];
        assertThat(latencies.p95()).isBetween((long) (exact * 0.93), (long) (exact * 1.2) + 65_536);
    }

    @Test
    void it_follows_the_last_two_thousand() {
        for (int i = 0; i < 5000; i++) {
            latencies.add(20 * MS);
        }
        for (int i = 0; i < 2500; i++) {
            latencies.add(200 * MS);
        }
        assertThat(latencies.p95()).isBetween(200 * MS, 225 * MS);
        for (int i = 0; i < 12_000; i++) {
            latencies.add(20 * MS);
        }
        assertThat(latencies.p95()).isBetween(20 * MS, 23 * MS);
    }

    @Test
    void the_longest_and_the_shortest_have_a_place() {
        for (int i = 0; i < 200; i++) {
            latencies.add(i % 2 == 0 ? Long.MAX_VALUE : -1);
        }
        assertThat(latencies.p95()).isPositive();
    }

    @Test
    void counting_allocates_nothing() {
        assertThat(Allocated.bytes(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        latencies.add(i * MS);
                    }
                }))
                .isLessThan(1000);
    }
}
