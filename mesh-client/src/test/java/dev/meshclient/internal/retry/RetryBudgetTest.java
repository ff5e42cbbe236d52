package dev.meshclient.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.retry.RetryBudget.Terms;
import dev.meshclient.policy.RetryConstraint;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {
    private static final Terms BUILT_IN = Terms.of(RetryConstraint.NONE);
    private static final long SECOND = 1_000_000_000L;

    private final RetryBudget budget = new RetryBudget();

    private int takeAll(long now) {
        int taken = 0;
        while (budget.take(BUILT_IN, now)) {
            taken++;
        }
        return taken;
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
    void forgets_after_the_window() {
        for (int i = 0; i < 1000; i++) {
            budget.request(BUILT_IN, 0);
        }
        assertThat(takeAll(20 * SECOND)).isEqualTo(10);
    }

    @Test
    void a_budget_of_zero_and_no_floor_allows_nothing() {
        Terms none = new Terms(0, 10 * SECOND, 0, SECOND);
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
}
