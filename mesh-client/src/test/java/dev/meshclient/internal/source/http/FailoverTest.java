package dev.meshclient.internal.source.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FailoverTest {
    private static final long SECOND = 1_000_000_000L;

    private final Failover three = new Failover(3);
    private long now = SECOND;

    private int turn() {
        return three.turn(now);
    }

    private boolean fails() {
        return three.failed(turn(), 0, now);
    }

    private void answers() {
        three.answered(turn());
    }

    @Test
    void the_first_is_asked_as_long_as_it_answers() {
        answers();
        answers();
        assertThat(turn()).isZero();
    }

    @Test
    void the_next_are_asked_at_once_each_once_and_then_the_first_again() {
        assertThat(fails()).isTrue();
        assertThat(turn()).isEqualTo(1);
        assertThat(fails()).isTrue();
        assertThat(turn()).isEqualTo(2);
        assertThat(fails()).isFalse();
        assertThat(turn()).isZero();
        assertThat(three.restNanos(now)).isZero();
    }

    @Test
    void the_one_that_answered_is_kept_and_when_it_fails_the_one_behind_it_is_asked() {
        fails();
        answers();
        assertThat(turn()).isEqualTo(1);
        assertThat(fails()).isTrue();
        assertThat(turn()).isEqualTo(2);
        assertThat(fails()).isTrue();
        assertThat(turn()).isZero();
        assertThat(fails()).isFalse();
    }

    @Test
    void the_first_is_tried_again_a_minute_after_it_failed_and_the_kept_one_asked_at_once_if_in_vain() {
        fails();
        answers();
        now += 59 * SECOND;
        assertThat(turn()).isEqualTo(1);
        now += SECOND;
        assertThat(turn()).isZero();
        assertThat(fails()).isTrue();
        assertThat(turn()).isEqualTo(1);
        answers();
        now += 60 * SECOND;
        assertThat(turn()).isZero();
        answers();
        assertThat(turn()).isZero();
    }

    @Test
    void one_that_wants_to_be_left_alone_is_not_asked_before() {
        three.failed(0, 100 * SECOND, now);
        answers();
        now += 99 * SECOND;
        assertThat(turn()).isEqualTo(1);
        assertThat(fails()).isTrue();
        assertThat(turn()).isEqualTo(2);
        assertThat(fails()).isFalse();
        assertThat(turn()).isEqualTo(1);
        now += SECOND;
        assertThat(turn()).isZero();
    }

    @Test
    void when_all_want_to_be_left_alone_the_one_that_wants_it_shortest_is_asked_then() {
        three.failed(0, 100 * SECOND, now);
        three.failed(1, 20 * SECOND, now);
        assertThat(three.failed(2, 50 * SECOND, now)).isFalse();
        assertThat(turn()).isEqualTo(1);
        assertThat(three.restNanos(now)).isEqualTo(20 * SECOND);
    }

    @Test
    void one_alone_is_asked_again_after_the_pause_that_it_wants() {
        Failover one = new Failover(1);
        assertThat(one.failed(0, 7 * SECOND, now)).isFalse();
        assertThat(one.restNanos(now)).isEqualTo(7 * SECOND);
        assertThat(one.turn(now)).isZero();
    }
}
