package dev.meshclient.internal.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** The adaptive limit alone, before a server whose latency is a function of the calls in flight. */
class AdaptiveLimitTest {
    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000_000_000;

    private final AdaptiveLimit limit = new AdaptiveLimit();
    private final SplittableRandom random = new SplittableRandom(1);
    private long now;
    private long lowest = Long.MAX_VALUE;

    /** As many calls in flight as wanted, or as the limit permits, one after the other in each place. */
    private void run(long nanos, long wanted, LongUnaryOperator latencyOf) {
        long until = now + nanos;
        while (now < until) {
            long calls = Math.max(1, Math.min(wanted, limit.limit()));
            long latency = latencyOf.applyAsLong(calls);
            for (int i = 0; i < calls; i++) {
                limit.sample(now + latency, now, calls, true, 1000, random);
            }
            lowest = Math.min(lowest, limit.limit());
            now += latency;
        }
    }

    /** 10 ms for 10 calls at a time, in proportion longer above that. */
    private static long ten(long calls) {
        return Math.max(10, calls) * MS;
    }

    @Test
    void it_stays_a_little_above_what_the_server_handles_at_a_time() {
        run(30 * SECOND, 1000, AdaptiveLimitTest::ten);
        assertThat(limit.unloadedNanos()).isBetween(9 * MS, 22 * MS);
        run(5 * 60 * SECOND, 1000, AdaptiveLimitTest::ten);
        assertThat(limit.unloadedNanos()).isCloseTo(10 * MS, within(MS));
        assertThat(limit.limit()).isBetween(10L, 20L);
    }

    @Test
    void a_server_without_saturation_gets_the_limit_of_the_policy() {
        run(10 * SECOND, 5000, calls -> 10 * MS);
        assertThat(limit.limit()).isEqualTo(1000);
    }

    @Test
    void a_quiet_client_does_not_collect_a_limit_that_it_has_not_tried() {
        run(5 * 60 * SECOND, 4, calls -> 10 * MS);
        assertThat(limit.limit()).isEqualTo(20);
    }

    @Test
    void a_slower_server_is_found_out_at_the_floor_and_gets_its_limit_back() {
        run(30 * SECOND, 1000, AdaptiveLimitTest::ten);
        run(20 * SECOND, 1000, calls -> 8 * ten(calls));
        assertThat(lowest).isEqualTo(AdaptiveLimit.FLOOR);
        assertThat(limit.unloadedNanos()).isCloseTo(80 * MS, within(8 * MS));
        assertThat(limit.limit()).isBetween(8L, 20L);
    }

    @Test
    void a_measurement_halves_the_limit_and_not_more() {
        run(59 * SECOND, 1000, calls -> 10 * MS);
        lowest = Long.MAX_VALUE;
        run(60 * SECOND, 1000, calls -> 10 * MS);
        assertThat(lowest).isEqualTo(500);
    }

    @Test
    void a_time_limit_that_expired_is_a_sample_of_slowness_and_never_of_a_server_without_load() {
        for (int i = 0; i < 200; i++) {
            now += 20 * MS;
            limit.sample(now, now - 5 * MS, 1, false, 1000, random);
        }
        assertThat(limit.unloadedNanos()).isZero();
    }

    @Test
    void a_median_is_precise_to_three_percent() {
        LatencyCounts counts = new LatencyCounts();
        for (long nanos = 1000; nanos < 1000 * SECOND; nanos = nanos * 11 / 10 + 1000) {
            counts.clear();
            counts.add(nanos);
            assertThat((double) counts.median()).isCloseTo((double) nanos, within(nanos * 0.035 + 1000));
        }
        counts.clear();
        for (int i = 1; i <= 99; i++) {
            counts.add(i * MS);
        }
        assertThat((double) counts.median()).isCloseTo(50 * MS, within(2.0 * MS));
    }
}
