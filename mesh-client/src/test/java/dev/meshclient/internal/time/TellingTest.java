package dev.meshclient.internal.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TellingTest {
    private final Telling telling = new Telling();
    private final List<String> told = new ArrayList<>();

    @Test
    void what_happens_while_it_is_told_is_told_after_it() {
        telling.happened(() -> {
            telling.happened(() -> told.add("second"));
            telling.tell(); // not here: it would be told before the first is done
            told.add("first");
        });
        telling.tell();
        assertThat(told).containsExactly("first", "second");
    }

    @Test
    void one_that_fails_ends_neither_this_telling_nor_the_next() {
        telling.happened(() -> {
            throw new AssertionError("a listener");
        });
        telling.happened(() -> told.add("first"));
        telling.tell();
        telling.happened(() -> told.add("second"));
        telling.tell();
        assertThat(told).containsExactly("first", "second");
    }
}
