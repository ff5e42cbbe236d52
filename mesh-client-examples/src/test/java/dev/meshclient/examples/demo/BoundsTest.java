package dev.meshclient.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundsTest {
    /** Exact fractions, so that the bounds are not checked by the arithmetic that made them. */
    @ParameterizedTest
    @CsvSource({"180, 2, 3", "300, 1, 10", "300, 1, 2"})
    void a_binomial_count_falls_outside_less_often_than_a_false_alarm_and_no_bound_is_wider_than_it_must(
            int draws, int numerator, int denominator) {
        Bounds bounds = Bounds.binomial(draws, (double) numerator / denominator, "");
        BigDecimal half = new BigDecimal(Bounds.FALSE_ALARM / 2);
        assertThat(chance(draws, numerator, denominator, 0, bounds.low() - 1)).isLessThanOrEqualTo(half);
        assertThat(chance(draws, numerator, denominator, 0, bounds.low())).isGreaterThan(half);
        assertThat(chance(draws, numerator, denominator, bounds.high() + 1, draws))
                .isLessThanOrEqualTo(half);
        assertThat(chance(draws, numerator, denominator, bounds.high(), draws)).isGreaterThan(half);
    }

    @Test
    void what_happens_never_or_always_is_exact() {
        assertThat(Bounds.binomial(300, 0, "")).isEqualTo(Bounds.exactly(0));
        assertThat(Bounds.binomial(300, 1, "")).isEqualTo(Bounds.exactly(300));
    }

    @Test
    void a_chance_that_is_known_to_lie_between_two_has_the_outer_bounds_of_both() {
        Bounds between = Bounds.between(150, 0.1, 0.3, "");
        assertThat(between.low()).isEqualTo(Bounds.binomial(150, 0.1, "").low());
        assertThat(between.high()).isEqualTo(Bounds.binomial(150, 0.3, "").high());
        assertThat(Bounds.between(30, -0.1, 1.1, "")).hasToString("0..30");
    }

    @Test
    void holds_from_low_to_high() {
        Bounds bounds = new Bounds(7, 61, "");
        assertThat(bounds.holds(6)).isFalse();
        assertThat(bounds.holds(7)).isTrue();
        assertThat(bounds.holds(61)).isTrue();
        assertThat(bounds.holds(62)).isFalse();
        assertThat(bounds).hasToString("7..61");
        assertThat(Bounds.exactly(0)).hasToString("0");
    }

    private static BigDecimal chance(int draws, int numerator, int denominator, long from, long to) {
        BigInteger sum = BigInteger.ZERO;
        for (int k = (int) from; k <= to; k++) {
            sum = sum.add(choose(draws, k)
                    .multiply(BigInteger.valueOf(numerator).pow(k))
                    .multiply(BigInteger.valueOf(denominator - numerator).pow(draws - k)));
        }
        return new BigDecimal(sum)
                .divide(new BigDecimal(BigInteger.valueOf(denominator).pow(draws)), MathContext.DECIMAL64);
    }

    private static BigInteger choose(int n, int k) {
        BigInteger ways = BigInteger.ONE;
        for (int i = 1; i <= k; i++) {
            ways = ways.multiply(BigInteger.valueOf(n - k + i)).divide(BigInteger.valueOf(i));
        }
        return ways;
    }
}
