package dev.meshclient.internal.time;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogThrottleTest {
    private final LogThrottle throttle = new LogThrottle(10);

    @Test
    void the_same_text_is_said_again_after_the_interval() {
        assertThat(throttle.allows("a", 5)).isTrue();
        assertThat(throttle.allows("a", 14)).isFalse();
        assertThat(throttle.allows("a", 15)).isTrue();
        assertThat(throttle.allows("a", 24)).isFalse();
    }

    @Test
    void another_text_is_said_at_once() {
        assertThat(throttle.allows("a", 0)).isTrue();
        assertThat(throttle.allows("b", 1)).isTrue();
        assertThat(throttle.allows("b", 2)).isFalse();
        assertThat(throttle.allows("a", 3)).isTrue();
    }

    @Test
    void what_is_over_is_said_at_once_when_it_comes_again() {
        assertThat(throttle.allows("a", 0)).isTrue();
        throttle.reset();
        assertThat(throttle.allows("a", 1)).isTrue();
    }

    @Test
    void what_is_said_once_is_never_said_again() {
        LogThrottle once = new LogThrottle(Time.NEVER);
        assertThat(once.allows("a", 7)).isTrue();
        assertThat(once.allows("a", Time.NEVER - 1)).isFalse();
    }
}
