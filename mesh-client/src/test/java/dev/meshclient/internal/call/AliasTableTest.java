package dev.meshclient.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AliasTableTest {
    @Test
    void draws_by_weight() {
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 50; round++) {
            double[] weights = new double[1 + random.nextInt(20)];
            double sum = 0;
            for (int i = 0; i < weights.length; i++) {
                weights[i] = i > 0 && random.nextInt(4) == 0 ? 0 : random.nextInt(1, 1000);
                sum += weights[i];
            }
            AliasTable table = AliasTable.of(weights);
            int[] counts = new int[weights.length];
            int draws = 40_000;
            for (int i = 0; i < draws; i++) {
                counts[table.draw(random)]++;
            }
            for (int i = 0; i < weights.length; i++) {
                double expected = weights[i] / sum * draws;
                assertThat((double) counts[i]).isCloseTo(expected, within(5 * Math.sqrt(expected + 1)));
            }
        }
    }

    @Test
    void never_draws_a_weight_of_zero() {
        AliasTable table = AliasTable.of(new double[] {0, 1, 0, 3});
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 100_000; i++) {
            assertThat(table.draw(random)).isIn(1, 3);
        }
    }
}
