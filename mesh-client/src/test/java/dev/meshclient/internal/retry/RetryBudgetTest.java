package dev.meshclient.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.policy.RetryConstraint;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryBudgetTest {
    private static final BudgetSettings BUILT_IN = BudgetSettings.of(RetryConstraint.NONE);
    private static final long SECOND = 1_000_000_000L;

    private final RetryBudget budget = new RetryBudget();

    private int takeAll(long now) {
        return takeAll(BUILT_IN, now);
    }

    /** Before each retry the budget states how many are left. */
    private int takeAll(BudgetSettings settings, long now) {
        long left = budget.available(settings, now);
        int taken = 0;
        while (budget.take(settings, now)) {
            taken++;
            assertThat(budget.available(settings, now)).isEqualTo(left - taken);
        }
        assertThat(budget.available(settings, now)).isZero();
        return taken;
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "0, 3, 3", "1, 0, 1", "7, 0, 3", "7, 5, 5", "33, 2, 11", "100, 0, 33"})
    void the_share_is_rounded_up_and_the_floor_is_no_addition(int percent, int floor, int retries) {
        BudgetSettings settings = new BudgetSettings(percent, 10 * SECOND, floor, SECOND, false);
        for (int i = 0; i < 33; i++) {
            budget.request(settings, SECOND);
        }
        assertThat(takeAll(settings, SECOND)).isEqualTo(retries);
    }

    @Test
    void allows_a_fifth_of_the_requests_of_ten_seconds() {
        for (int i = 0; i < 1000; i++) {
            budget.request(BUILT_IN, 9 * SECOND / 1000 * i);
        }
        assertThat(takeAll(9 * SECOND)).isEqualTo(200);
    }

    @Test
    void allows_ten_a_second_whatever_the_share() {
        assertThat(takeAll(0)).isEqualTo(10);
        assertThat(takeAll(SECOND / 2)).isZero();
        assertThat(takeAll(SECOND + SECOND / 10)).isEqualTo(10);
    }

    @Test
    void allows_as_many_unprocessed_requests_as_requests_beside_the_retries() {
        for (int i = 0; i < 1000; i++) {
            budget.request(BUILT_IN, 9 * SECOND / 1000 * i);
        }
        int taken = 0;
        while (budget.takeUnprocessed(BUILT_IN, 9 * SECOND)) {
            taken++;
        }
        assertThat(taken).isEqualTo(1000);
        assertThat(takeAll(9 * SECOND)).isEqualTo(200);
    }

    @Test
    void forgets_after_the_window() {
        for (int i = 0; i < 1000; i++) {
            budget.request(BUILT_IN, 0);
        }
        assertThat(takeAll(20 * SECOND)).isEqualTo(10);
    }

    @Test
    void a_budget_of_zero_and_no_floor_allows_nothing() {
        BudgetSettings none = new BudgetSettings(0, 10 * SECOND, 0, SECOND, false);
        budget.request(none, 0);
        assertThat(budget.take(none, 0)).isFalse();
    }

    @Test
    void in_any_window_retries_stay_within_share_and_floor() {
        SplittableRandom random = new SplittableRandom(3);
        int requests = 0;
        int retries = 0;
        for (long now = 0; now < 100 * SECOND; now += SECOND / 100) {
            budget.request(BUILT_IN, now);
            requests++;
            for (int i = random.nextInt(3); i > 0; i--) {
                retries += budget.take(BUILT_IN, now) ? 1 : 0;
            }
        }
        assertThat(retries).isBetween((int) (requests * 0.19), (int) (requests * 0.2) + 10 * 100);
    }

    /** Whatever the settings and the traffic: in no window are there more retries than its share, or floor by floor. */
    @Test
    void no_terms_and_no_traffic_make_it_give_more_than_share_and_floor() {
        SplittableRandom random = new SplittableRandom(17);
        for (int round = 0; round < 200; round++) {
            BudgetSettings settings = new BudgetSettings(
                    random.nextInt(101),
                    random.nextLong(SECOND / 10, 60 * SECOND),
                    random.nextInt(20),
                    random.nextLong(SECOND / 10, 5 * SECOND),
                    false);
            RetryBudget any = new RetryBudget();
            long pause = random.nextLong(1, settings.intervalNanos() / 50);
            long requests = 0;
            long retries = 0;
            long now = random.nextLong(1000 * SECOND);
            long end = now + 3 * settings.intervalNanos();
            for (long start = now; now < end; now += random.nextLong(1, 2 * pause)) {
                any.request(settings, now);
                requests++;
                for (int i = random.nextInt(4); i > 0; i--) {
                    retries += any.take(settings, now) ? 1 : 0;
                }
                // Slots of a tenth: a floor may be had again after nine tenths of its time; and two windows overlap.
                long floors = 1 + (now - start) * 10 / (settings.floorNanos() * 9);
                assertThat(retries)
                        .as("%s after %d requests", settings, requests)
                        .isLessThanOrEqualTo(
                                2 * requests * settings.percent() / 100 + 1 + floors * settings.floorCount());
            }
        }
    }

    @Test
    void the_largest_numbers_do_not_overflow() {
        BudgetSettings settings = new BudgetSettings(100, Long.MAX_VALUE / 4, 1_000_000, Long.MAX_VALUE / 4, false);
        long now = Long.MAX_VALUE - 1;
        for (int i = 0; i < 1000; i++) {
            budget.request(settings, now);
        }
        assertThat(budget.take(settings, now)).isTrue();
        BudgetSettings tight = new BudgetSettings(0, 1, 1, 1, false);
        assertThat(budget.take(tight, now)).isTrue();
        assertThat(budget.take(tight, now)).isFalse();
    }

    @Test
    void another_interval_does_not_make_it_lavish() {
        BudgetSettings wide = new BudgetSettings(20, 100 * SECOND, 0, SECOND, false);
        BudgetSettings narrow = new BudgetSettings(20, SECOND, 0, SECOND, false);
        long now = 5000 * SECOND;
        for (int i = 0; i < 100; i++) {
            budget.request(wide, now);
        }
        int taken = 0;
        for (int i = 0; i < 1000; i++) {
            taken += budget.take(i % 2 == 0 ? wide : narrow, now) ? 1 : 0;
        }
        assertThat(taken).isLessThanOrEqualTo(20);
    }

    @Test
    void a_spent_budget_is_logged_at_most_once_a_minute() {
        RetryBudget budget = new RetryBudget();
        long minute = 60_000_000_000L;
        assertThat(budget.mayReport(5)).isTrue();
        assertThat(budget.mayReport(5 + minute - 1)).isFalse();
        assertThat(budget.mayReport(5 + minute)).isTrue();
        assertThat(budget.mayReport(6 + minute)).isFalse();
    }
}
