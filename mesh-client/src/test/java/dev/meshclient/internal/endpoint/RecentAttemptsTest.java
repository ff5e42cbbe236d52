package dev.meshclient.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.policy.Locality;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecentAttemptsTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;

    private final EndpointHealth endpoint = new EndpointHealth("10.0.0.1", 80);

    @ParameterizedTest
    @ValueSource(longs = {0, -1, -1000 * SECOND, Long.MAX_VALUE / 2, Long.MIN_VALUE / 2}) // a clock may begin anywhere
    void attempts_count_for_45_to_60_seconds(long start) {
        RecentAttempts recent = new RecentAttempts(start);
        recent.add(endpoint, false, false, 10 * MILLI, start);
        recent.add(endpoint, true, true, RecentAttempts.NO_LATENCY, start + 20 * SECOND);

        AttemptCounts both = recent.at(endpoint, start + 30 * SECOND);
        assertThat(both.requests()).isEqualTo(2);
        assertThat(both.failures()).isEqualTo(1);
        assertThat(both.retries()).isEqualTo(1);
        assertThat(recent.at(endpoint, start + 45 * SECOND).requests()).isEqualTo(2);
        assertThat(recent.at(endpoint, start + 60 * SECOND).requests()).isEqualTo(1);
        assertThat(recent.at(endpoint, start + 80 * SECOND).requests()).isZero();

        recent.add(endpoint, false, false, 10 * MILLI, start + 50 * SECOND);
        recent.add(endpoint, false, false, 10 * MILLI, start + 65 * SECOND); // in the slot of the first attempt
        assertThat(recent.at(endpoint, start + 65 * SECOND).requests()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 5, 400, 60_000})
    void the_quantiles_are_precise_to_a_sixteenth(long upToMillis) {
        RecentAttempts recent = new RecentAttempts(0);
        SplittableRandom random = new SplittableRandom(7);
        long[] latencies = random.longs(1_000, 0, upToMillis * MILLI).toArray();
        for (long latency : latencies) {
            recent.add(endpoint, false, false, latency, 0);
        }
        Arrays.sort(latencies);

        AttemptCounts sums = recent.at(endpoint, 0);

        assertThat(sums.latencyNanos(50)).isCloseTo(latencies[499], precision(latencies[499]));
        assertThat(sums.latencyNanos(99)).isCloseTo(latencies[989], precision(latencies[989]));
    }

    private static Offset<Long> precision(long latency) {
        return Offset.offset(Math.max(latency / 15, 33_000));
    }

    @Test
    void very_long_and_negative_times_count_as_the_longest_and_the_shortest() {
        RecentAttempts recent = new RecentAttempts(0);
        recent.add(endpoint, false, false, Long.MAX_VALUE, 0);
        assertThat(recent.at(endpoint, 0).latencyNanos(50)).isBetween(64 * SECOND, 69 * SECOND);
        EndpointHealth other = new EndpointHealth("10.0.0.2", 80);
        recent.add(other, false, false, -5, 0);
        assertThat(recent.at(other, 0).latencyNanos(50)).isLessThan(MILLI / 10);
    }

    @Test
    void the_attempts_of_several_threads_all_count() throws Exception {
        RecentAttempts recent = new RecentAttempts(0);
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        recent.add(endpoint, false, false, MILLI, 0);
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                for (int n = 0; n < 10_000; n++) {
                    recent.add(endpoint, n % 2 == 0, n % 4 == 0, MILLI, n);
                }
            });
            thread.start();
            threads.add(thread);
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        AttemptCounts sums = recent.at(endpoint, 0);
        assertThat(sums.requests()).isEqualTo(40_001);
        assertThat(sums.retries()).isEqualTo(20_000);
        assertThat(sums.failures()).isEqualTo(10_000);
    }

    @Test
    void a_hundred_thousand_endpoints_with_calls_take_bounded_memory_and_none_after_a_minute() {
        RecentAttempts recent = new RecentAttempts(0);
        List<EndpointHealth> all = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            all.add(new EndpointHealth("10.0.0.1", 1 + i % 60_000));
            recent.add(all.get(i), false, false, MILLI, i);
        }
        assertThat(recent.endpoints()).isEqualTo(8_192);
        assertThat(recent.at(all.get(8_191), SECOND).requests()).isEqualTo(1);
        assertThat(recent.at(all.get(8_192), SECOND).requests()).isZero();

        recent.add(all.get(99_999), false, false, MILLI, 75 * SECOND);

        assertThat(recent.endpoints()).isEqualTo(1);
        assertThat(recent.at(all.get(99_999), 75 * SECOND).requests()).isEqualTo(1);
        recent.add(all.get(0), false, false, MILLI, 76 * SECOND);
        assertThat(recent.at(all.get(0), 76 * SECOND).requests())
                .as("of one whose counts were dropped")
                .isEqualTo(1);
        assertThat(recent.endpoints()).isEqualTo(2);
    }

    @Test
    void localities_beyond_64_count_when_others_had_no_attempt_for_five_minutes() {
        ZoneAttempts attempts = new ZoneAttempts();
        for (int i = 0; i < 65; i++) {
            attempts.add(new Locality("r", "z", "rack" + i), false, false, MILLI, 0);
        }
        assertThat(requests(attempts, 0)).isEqualTo(64);

        attempts.add(new Locality("r", "z", "new rack"), false, false, MILLI, 310 * SECOND);

        assertThat(requests(attempts, 310 * SECOND)).isEqualTo(1);
    }

    @Test
    void the_sums_of_two_endpoints_are_sums_of_all_their_counts() {
        RecentAttempts recent = new RecentAttempts(0);
        EndpointHealth other = new EndpointHealth("10.0.0.2", 80);
        recent.add(endpoint, true, true, 10 * MILLI, 0);
        recent.add(other, true, true, 10 * MILLI, 0);
        recent.add(other, false, false, 40 * MILLI, 0);

        AttemptCounts sums = recent.at(endpoint, 0);
        sums.add(recent.at(other, 0));

        assertThat(sums.requests()).isEqualTo(3);
        assertThat(sums.failures()).isEqualTo(2);
        assertThat(sums.retries()).isEqualTo(2);
        assertThat(sums.latencyNanos(50)).isCloseTo(10 * MILLI, precision(10 * MILLI));
        assertThat(sums.latencyNanos(99)).isCloseTo(40 * MILLI, precision(40 * MILLI));
    }

    private static long requests(ZoneAttempts attempts, long now) {
        long[] sum = {0};
        attempts.forEach(ZoneAttempts.Period.FIVE_MINUTES, now, (locality, counts) -> sum[0] += counts.requests());
        return sum[0];
    }
}
