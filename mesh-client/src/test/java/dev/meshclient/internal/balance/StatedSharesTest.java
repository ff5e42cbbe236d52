package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meshclient.internal.balance.StatedShares.Part;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatedSharesTest {
    /** The table of Envoy's documentation on locality weights: X weighs 1 and Y 2; per cent of X usable, then of the calls. */
    @ParameterizedTest
    @CsvSource({"100, 33, 67", "70, 33, 67", "69, 32, 68", "50, 26, 74", "25, 15, 85", "0, 0, 100"})
    void are_what_envoy_documents(int usable, long x, long y) {
        double[] shares = StatedShares.of(new Part(1, 100, usable), new Part(2, 100, 100));
        assertThat(Math.round(100 * shares[0])).isEqualTo(x);
        assertThat(Math.round(100 * shares[1])).isEqualTo(y);
    }

    @Test
    void of_what_is_hardly_usable_still_go_to_it_if_there_is_nothing_else() {
        assertThat(StatedShares.of(new Part(90, 1000, 1), new Part(10, 1000, 0)))
                .containsExactly(1, 0);
        assertThat(StatedShares.of(new Part(75, 1000, 1), new Part(25, 1000, 1)))
                .containsExactly(0.75, 0.25);
    }

    @Test
    void add_up_to_one_and_keep_the_proportions_of_what_is_whole() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 20_000; i++) {
            Part[] parts = new Part[1 + random.nextInt(5)];
            for (int p = 0; p < parts.length; p++) {
                long listed = random.nextLong(100);
                parts[p] = new Part(1 + random.nextInt(99), listed, listed == 0 ? 0 : random.nextLong(listed + 1));
            }
            double[] shares = StatedShares.of(parts);
            boolean anything = Arrays.stream(parts).anyMatch(p -> p.usable() > 0);
            assertThat(Arrays.stream(shares).sum()).isCloseTo(anything ? 1 : 0, within(1e-9));
            for (int p = 0; p < parts.length; p++) {
                assertThat(parts[p].usable() > 0 || shares[p] == 0)
                        .as("%s", Arrays.toString(parts))
                        .isTrue();
                for (int q = 0; q < p; q++) {
                    if (isWhole(parts[p]) && isWhole(parts[q])) {
                        assertThat(shares[p] * parts[q].percent())
                                .isCloseTo(shares[q] * parts[p].percent(), within(1e-6));
                    }
                }
            }
        }
    }

    private static boolean isWhole(Part part) {
        return part.listed() > 0 && 10 * part.usable() >= 8 * part.listed();
    }
}
