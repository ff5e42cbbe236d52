package dev.meshclient.internal.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The variables of OpenTelemetry that change the spans. */
class TracingTest {
    @ParameterizedTest
    @CsvSource({",true", "'',true", "logs,false", "'database, logs',false", "logs/dup,true"})
    void exceptions_are_events_of_spans_unless_they_are_for_logs_alone(String variable, boolean events) {
        assertThat(Tracing.wantsExceptions(variable)).isEqualTo(events);
    }
}
