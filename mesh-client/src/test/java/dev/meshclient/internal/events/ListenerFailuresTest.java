package dev.meshclient.internal.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.RecordingLogger;
import dev.meshclient.internal.time.StepTime;
import org.junit.jupiter.api.Test;

class ListenerFailuresTest {
    private final StepTime time = new StepTime();
    private final RecordingLogger log = new RecordingLogger();
    private final ListenerFailures failures = new ListenerFailures(time, log);

    @Test
    void failures_of_two_classes_do_not_bring_each_other_back_into_the_log() {
        failures.log(this, new IllegalStateException("first"));
        failures.log("another", new IllegalStateException("first"));
        failures.log(this, new IllegalStateException("second"));
        failures.log("another", new IllegalStateException("second"));
        assertThat(log.lines()).hasSize(2);
    }

    @Test
    void what_one_observer_throws_is_logged_once_a_minute() {
        failures.log(this, new IllegalStateException("first"));
        failures.log(this, new IllegalStateException("second"));
        assertThat(log.lines()).hasSize(1);
        time.step(61_000_000_000L);
        failures.log(this, new IllegalStateException("third"));
        assertThat(log.lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("WARN " + ListenerFailuresTest.class.getName()));
    }

    @Test
    void an_interrupt_that_an_observer_throws_undeclared_is_kept() {
        failures.log(this, new InterruptedException());
        assertThat(Thread.interrupted()).isTrue();
    }
}
