package dev.meshclient.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meshclient.benchmarks.Figure.Baseline;
import org.junit.jupiter.api.Test;

class FigureTest {
    private static Figure ratio(double drift) {
        return Figure.of(Scenario.HTTP1, CallPath.DIRECT, Scenario.ONE, Quantity.THREAD_CPU, 0.9)
                .withDrift(drift);
    }

    @Test
    void is_the_median_of_the_rounds_with_the_lowest_and_the_highest() {
        Figure figure = Figure.of(Scenario.HTTP1, CallPath.DIRECT, Scenario.ONE, Quantity.SWITCHES, 5, 1, 9, 2, 3);

        assertThat(figure.median()).isEqualTo(3);
        assertThat(figure.low()).isEqualTo(1);
        assertThat(figure.high()).isEqualTo(9);
    }

    @Test
    void compares_each_round_with_the_mean_of_the_two_baselines_of_that_round() {
        Baseline baseline = new Baseline(new double[] {90, 200}, new double[] {110, 200});

        assertThat(baseline.ratios(new double[] {50, 300})).containsExactly(0.5, 1.5);
        assertThat(baseline.differences(new double[] {50, 300})).containsExactly(-50, 100);
    }

    @Test
    void baselines_drift_by_what_their_medians_differ_of_the_lower_one() {
        assertThat(new Baseline(new double[] {1, 100, 900}, new double[] {107, 108, 109}).drift())
                .isCloseTo(0.08, within(1e-9));
        assertThat(new Baseline(new double[] {108}, new double[] {100}).drift()).isCloseTo(0.08, within(1e-9));
    }

    @Test
    void is_refused_above_a_drift_of_5_percent() {
        assertThat(ratio(0.05).isRefused()).isFalse();
        assertThat(ratio(0.0501).isRefused()).isTrue();
    }

    @Test
    void is_refused_if_a_baseline_is_not_positive() {
        for (double[] pair : new double[][] {{0, 0}, {0, 9}, {-9, 9}, {-9, -9}, {Double.NaN, 9}}) {
            Baseline baseline = new Baseline(new double[] {pair[0]}, new double[] {pair[1]});
            assertThat(ratio(baseline.drift()).isRefused()).isTrue();
        }
        assertThat(ratio(-0.01).isRefused()).isTrue();
    }
}
