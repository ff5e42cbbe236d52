package dev.meshclient.internal.tls;

import static dev.meshclient.identity.TestCertificates.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.tls.PeerResults.Result;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerResultsTest {
    private final PeerResults<Integer> results = new PeerResults<>(100);

    private void add(int key, Instant until) {
        results.add(key, new Result("spiffe://shop.example/" + key, List.of(), null, until), NOW);
    }

    @Test
    void those_in_use_stay_whatever_number_of_others_comes() {
        for (int key = 0; key < 10_000; key++) {
            add(key, NOW.plusSeconds(60));
            for (int used = 0; used <= Math.min(key, 40); used++) {
                assertThat(results.get(used, NOW)).as("%s of %s", used, key).isNotNull();
            }
            assertThat(results.size()).isLessThanOrEqualTo(100);
        }
        assertThat(results.get(9_999, NOW)).isNotNull();
        assertThat(results.get(5_000, NOW)).isNull();
    }

    @Test
    void at_the_bound_a_part_goes_never_all() {
        for (int key = 0; key < 101; key++) {
            add(key, NOW.plusSeconds(60));
        }
        assertThat(results.size()).isEqualTo(51);
        assertThat(results.get(50, NOW)).isNotNull();
    }

    @Test
    void the_expired_ones_go_first() {
        for (int key = 0; key < 100; key++) {
            add(key, key < 50 || key % 2 == 0 ? NOW.plusSeconds(60) : NOW.minusSeconds(1));
        }
        add(100, NOW.plusSeconds(60));
        assertThat(results.size()).isEqualTo(76);
        for (int key = 0; key < 10; key++) {
            assertThat(results.get(key, NOW)).as("%s, the oldest", key).isNotNull();
        }
        assertThat(results.get(99, NOW)).isNull();
    }
}
