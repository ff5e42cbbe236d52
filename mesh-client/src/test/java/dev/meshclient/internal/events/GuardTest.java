package dev.meshclient.internal.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.RecordingLogger;
import dev.meshclient.internal.time.StepTime;
import org.junit.jupiter.api.Test;

class GuardTest {
    private final StepTime time = new StepTime();
    private final RecordingLogger log = new RecordingLogger();
    private final Guard guard = new Guard(time, log);

    @Test
    void failures_of_two_classes_do_not_bring_each_other_back_into_the_log() {
        guard.failed(this, new IllegalStateException("first"));
        guard.failed("another", new IllegalStateException("first"));
        guard.failed(this, new IllegalStateException("second"));
        guard.failed("another", new IllegalStateException("second"));
        assertThat(log.lines()).hasSize(2);
    }

    @Test
    void what_one_observer_throws_is_logged_once_a_minute() {
        guard.failed(this, new IllegalStateException("first"));
        guard.failed(this, new IllegalStateException("second"));
        assertThat(log.lines()).hasSize(1);
        time.step(61_000_000_000L);
        guard.failed(this, new IllegalStateException("third"));
        assertThat(log.lines()).hasSize(2).allMatch(line -> line.startsWith("WARN " + GuardTest.class.getName()));
    }
}
