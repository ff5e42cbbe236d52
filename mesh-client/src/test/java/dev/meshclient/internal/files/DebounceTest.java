package dev.meshclient.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DebounceTest {
    /** Ticks in and out: {@code x} for one that stirred, and for one at which the file is due. */
    private static String ticks(String stirred) {
        Debounce debounce = new Debounce();
        return stirred.chars()
                .mapToObj(c -> debounce.isDue(c == 'x') ? "x" : "-")
                .collect(Collectors.joining());
    }

    @Test
    void a_quiet_tick_after_restless_ones_is_due() {
        assertThat(ticks("--x--xxx---x-x-")).isEqualTo("---x----x---x-x");
    }

    @Test
    void what_never_rests_is_due_each_tenth_tick() {
        assertThat(ticks("x".repeat(25) + "--")).isEqualTo("---------x---------x-----x-");
    }
}
