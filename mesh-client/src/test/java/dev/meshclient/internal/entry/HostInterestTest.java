package dev.meshclient.internal.entry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.time.StepTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which hosts a source is asked for, and how long. */
class HostInterestTest {
    private static final long SECOND = 1_000_000_000L;

    private final Set<String> listed = new HashSet<>();
    private final HostInterest demand = new HostInterest(listed::contains, 5 * SECOND);
    private int asked;

    HostInterestTest() {
        demand.wanted(new StepTime()).onAsk(() -> asked++);
    }

    @Test
    void a_host_is_asked_for_once_however_often_it_is_called() {
        assertThat(demand.want("b", 1)).isEqualTo(1);
        assertThat(demand.want("a", 2)).isEqualTo(2);
        assertThat(demand.want("b", 29 * SECOND)).isEqualTo(1);
        assertThat(asked).isEqualTo(2);
        assertThat(demand.hosts(29 * SECOND)).containsExactly("a", "b");
    }

    @Test
    void while_it_is_called_it_is_asked_for_again_each_30_s() {
        for (int s = 0; s < 100; s++) {
            demand.want("a", s * SECOND);
        }
        assertThat(asked).isEqualTo(4);
    }

    @Test
    void an_unlisted_name_is_forgotten_30_s_after_the_last_call() {
        listed.add("listed");
        demand.want("listed", 0);
        demand.want("a", 0);
        demand.want("a", 10 * SECOND);
        assertThat(demand.hosts(40 * SECOND - 1)).containsExactly("a", "listed");
        assertThat(demand.hosts(40 * SECOND)).containsExactly("listed");
        assertThat(demand.want("a", 41 * SECOND)).isEqualTo(41 * SECOND);
        assertThat(asked).isEqualTo(3);
    }

    @Test
    void what_a_call_waits_for_is_not_forgotten_before() {
        HostInterest patient = new HostInterest(host -> false, 60 * SECOND);
        patient.want("a", 0);
        assertThat(patient.hosts(59 * SECOND)).containsExactly("a");
        assertThat(patient.want("a", 59 * SECOND)).isZero();
    }

    @Test
    void what_is_claimed_by_name_stays() {
        demand.forGood(List.of("claimed"), 0);
        assertThat(demand.hosts(1000 * SECOND)).containsExactly("claimed");
        assertThat(asked).isZero();
    }

    @Test
    void what_an_earlier_process_had_is_asked_for_and_forgotten_unless_it_is_listed() {
        listed.add("listed");
        demand.resume(List.of("listed", "gone"), 0);
        assertThat(asked).isEqualTo(1);
        assertThat(demand.hosts(0)).containsExactly("gone", "listed");
        assertThat(demand.hosts(30 * SECOND)).containsExactly("listed");
    }

    @Test
    void at_most_256_are_asked_for() {
        for (int i = 0; i < 256; i++) {
            listed.add("host" + i);
            assertThat(demand.want("host" + i, i)).isEqualTo(i);
        }
        assertThat(demand.want("one.more", 256)).isEqualTo(HostInterest.FULL);
        assertThat(demand.hosts(256)).hasSize(256).doesNotContain("one.more");
    }

    @Test
    void unlisted_names_keep_no_other_out() {
        listed.add("listed");
        demand.want("listed", 0);
        for (int i = 1; i < 256; i++) {
            demand.want("made.up." + i, i);
        }
        assertThat(demand.want("new", 300)).isEqualTo(300);
        assertThat(demand.hosts(300))
                .hasSize(256)
                .contains("new", "listed", "made.up.2")
                .doesNotContain("made.up.1");
    }
}
