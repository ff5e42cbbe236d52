package dev.meshclient.internal.source.http;

import static dev.meshclient.internal.source.http.Schedule.Hold.APPLIED;
import static dev.meshclient.internal.source.http.Schedule.Hold.NOT_ASKED;
import static dev.meshclient.internal.source.http.Schedule.Hold.UNSAID;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LongSummaryStatistics;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final long MILLI = 1_000_000L;

    private final SplittableRandom random = new SplittableRandom(1);
    private final Schedule schedule = new Schedule(Duration.ofSeconds(15), Duration.ofSeconds(30));

    private LongSummaryStatistics millis(LongSupplier pause) {
        return LongStream.range(0, 2_000).map(i -> pause.getAsLong() / MILLI).summaryStatistics();
    }

    private long afterFailures(int earlier, boolean answered) {
        Schedule fresh = new Schedule(Duration.ofSeconds(15), Duration.ofSeconds(30));
        for (int i = 0; i < earlier; i++) {
            fresh.afterFailure(answered, Duration.ZERO, random);
        }
        return fresh.afterFailure(answered, Duration.ZERO, random);
    }

    @Test
    void a_server_that_held_the_request_is_asked_again_at_once() {
        assertThat(schedule.afterAnswer(APPLIED, false, true, 1_000 * MILLI, Duration.ZERO, random))
                .isZero();
    }

    @Test
    void a_server_that_says_it_holds_and_answers_quickly_is_asked_once_a_second() {
        LongSummaryStatistics pause =
                millis(() -> schedule.afterAnswer(APPLIED, false, true, 999 * MILLI, Duration.ZERO, random));
        assertThat(pause.getMin()).isBetween(1_000L, 1_010L);
        assertThat(pause.getMax()).isBetween(1_190L, 1_200L);
    }

    @Test
    void a_server_that_was_not_asked_to_hold_yet_is_asked_soon() {
        LongSummaryStatistics pause =
                millis(() -> schedule.afterAnswer(NOT_ASKED, false, true, 0, Duration.ofHours(1), random));
        assertThat(pause.getMin()).isGreaterThanOrEqualTo(1_000);
        assertThat(pause.getMax()).isLessThanOrEqualTo(1_200);
    }

    @Test
    void a_server_that_does_not_hold_is_polled_give_or_take_a_fifth() {
        LongSummaryStatistics pause =
                millis(() -> schedule.afterAnswer(UNSAID, false, true, 4_999 * MILLI, Duration.ZERO, random));
        assertThat(pause.getMin()).isBetween(12_000L, 12_100L);
        assertThat(pause.getMax()).isBetween(17_900L, 18_000L);
        assertThat(pause.getAverage()).isBetween(14_800.0, 15_200.0);
    }

    @Test
    void a_server_that_holds_and_does_not_say_so_is_asked_again_at_once() {
        assertThat(schedule.afterAnswer(UNSAID, true, true, 1_000 * MILLI, Duration.ZERO, random))
                .isZero();
        assertThat(schedule.afterAnswer(UNSAID, false, true, 5_000 * MILLI, Duration.ZERO, random))
                .isZero();
        Schedule ofShortWaits = new Schedule(Duration.ofSeconds(15), Duration.ofMillis(2_500));
        assertThat(ofShortWaits.afterAnswer(UNSAID, false, true, 2_000 * MILLI, Duration.ZERO, random))
                .isZero();
    }

    @Test
    void news_that_came_at_once_is_followed_by_another_request_to_hold() {
        assertThat(schedule.afterAnswer(UNSAID, true, true, 10 * MILLI, Duration.ofHours(1), random))
                .isBetween(1_000 * MILLI, 1_200 * MILLI);
        assertThat(schedule.afterAnswer(UNSAID, false, true, 10 * MILLI, Duration.ZERO, random))
                .as("it does not hold")
                .isGreaterThanOrEqualTo(12_000 * MILLI);
        assertThat(schedule.afterAnswer(UNSAID, true, true, 10 * MILLI, Duration.ZERO, random))
                .isBetween(1_000 * MILLI, 1_200 * MILLI);
    }

    @Test
    void a_server_that_has_news_for_each_request_is_polled_in_the_end() {
        for (int seconds : new int[] {1, 2, 4, 8, 15, 15}) {
            assertThat(schedule.afterAnswer(UNSAID, true, true, 10 * MILLI, Duration.ZERO, random) / 1_000 / MILLI)
                    .isBetween((long) seconds, seconds * 6L / 5);
        }
        assertThat(schedule.afterAnswer(UNSAID, true, true, 1_000 * MILLI, Duration.ZERO, random))
                .isZero();
        assertThat(schedule.afterAnswer(UNSAID, true, true, 10 * MILLI, Duration.ZERO, random))
                .isLessThanOrEqualTo(1_200 * MILLI);
    }

    @Test
    void without_an_etag_there_is_nothing_to_hold_for() {
        assertThat(schedule.afterAnswer(NOT_ASKED, false, false, 0, Duration.ZERO, random))
                .isGreaterThanOrEqualTo(12_000 * MILLI);
        assertThat(schedule.afterAnswer(APPLIED, false, false, 30_000 * MILLI, Duration.ZERO, random))
                .isGreaterThanOrEqualTo(12_000 * MILLI);
    }

    @Test
    void a_longer_max_age_wins_up_to_an_hour() {
        assertThat(schedule.afterAnswer(UNSAID, false, true, 0, Duration.ofSeconds(100), random))
                .isBetween(80_000 * MILLI, 120_000 * MILLI);
        assertThat(schedule.afterAnswer(UNSAID, false, true, 0, Duration.ofSeconds(5), random))
                .isBetween(12_000 * MILLI, 18_000 * MILLI);
        assertThat(schedule.afterAnswer(UNSAID, false, true, 0, Duration.ofDays(365), random))
                .isBetween(48 * 60_000 * MILLI, 72 * 60_000 * MILLI);
    }

    @Test
    void back_off_is_drawn_below_a_bound_that_doubles_to_a_minute() {
        long[] bounds = {1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000};
        for (int n = 0; n < bounds.length; n++) {
            int earlier = n;
            LongSummaryStatistics pause = millis(() -> afterFailures(earlier, false));
            assertThat(pause.getMin()).as("%s failures before", n).isBetween(500L, 500 + bounds[n] / 50);
            assertThat(pause.getMax()).as("%s failures before", n).isBetween(bounds[n] / 100 * 97, bounds[n]);
        }
        assertThat(afterFailures(1_000, false)).isLessThanOrEqualTo(60_000 * MILLI);
    }

    @Test
    void a_server_that_answers_with_errors_has_a_second_of_rest() {
        assertThat(afterFailures(0, true)).isEqualTo(1_000 * MILLI);
        assertThat(millis(() -> afterFailures(3, true)).getMin()).isBetween(1_000L, 1_200L);
    }

    @Test
    void one_good_answer_ends_the_back_off() {
        for (int i = 0; i < 10; i++) {
            schedule.afterFailure(false, Duration.ZERO, random);
        }
        schedule.afterAnswer(UNSAID, false, true, 0, Duration.ZERO, random);
        assertThat(schedule.afterFailure(false, Duration.ZERO, random)).isLessThanOrEqualTo(1_000 * MILLI);
    }

    @Test
    void retry_after_is_waited_for_up_to_an_hour_and_never_cuts_the_back_off_short() {
        assertThat(schedule.afterFailure(true, Duration.ofSeconds(20), random))
                .isBetween(20_000 * MILLI, 24_000 * MILLI);
        assertThat(schedule.afterFailure(true, Duration.ofMillis(1), random)).isGreaterThanOrEqualTo(1_000 * MILLI);
        assertThat(schedule.afterFailure(true, Duration.ofDays(30), random))
                .isBetween(60 * 60_000 * MILLI, 72 * 60_000 * MILLI);
    }
}
