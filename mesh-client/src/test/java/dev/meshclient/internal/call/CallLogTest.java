package dev.meshclient.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.RecordingLogger;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Tls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

class CallLogTest {
    private static final Target TARGET = new Target(
            new Revision("version 7"),
            "orders",
            "all",
            new Backend(
                    "orders/v2", "orders", Resolution.STATIC, AppProtocol.HTTP, Tls.of(Tls.Mode.DISABLE), null, 0, 0),
            false,
            CallMeter.NONE);

    private final StepTime time = new StepTime();
    private final RecordingLogger debug = new RecordingLogger(Level.DEBUG);
    private final Request request = new Request.Builder()
            .url("http://jane:secret@orders/v1/orders/7?card=4711#end")
            .build();

    private Call routed() {
        Call call = Calls.call(time, request);
        call.target(TARGET);
        return call;
    }

    @Test
    void a_call_is_one_line_with_its_outcome_and_decision_and_without_secrets() throws Exception {
        Call call = routed();
        call.run(c -> {
            Calls.fail(c.beginAttempt(), Outcome.CONNECT_FAILURE);
            Attempt second = c.beginAttempt();
            time.step(12_000_000);
            return Calls.respond(second, 200);
        });

        new CallLog(debug).ended(call);

        assertThat(debug.lines())
                .containsExactly(
                        "DEBUG GET http://orders/v1/orders/7: 200 after 12 ms; policy version 7, service orders,"
                                + " rule all, backend orders/v2, attempts [#1 connect-failure after 0 ms"
                                + " (java.io.IOException: connect-failure), #2 response 200 after 12 ms]");
    }

    @Test
    void a_failure_is_one_line_as_well() {
        Call call = routed();
        assertThatThrownBy(() -> call.run(c -> {
                    throw new IOException("first line\n  second line");
                }))
                .isInstanceOf(IOException.class);

        new CallLog(debug).ended(call);

        assertThat(debug.lines())
                .singleElement()
                .asString()
                .isEqualTo("DEBUG GET http://orders/v1/orders/7: failed"
                        + " (java.io.IOException: first line second line) after 0 ms; policy version 7, service orders, rule all,"
                        + " backend orders/v2, no attempts, reason LR");
    }

    @Test
    void a_body_that_fails_after_its_headers_is_a_failure() throws Exception {
        Call call = routed();
        call.run(c -> Calls.respondOpen(c.beginAttempt(), 200));
        call.cancel(new IOException("reset"));

        new CallLog(debug).ended(call);

        assertThat(debug.lines())
                .singleElement()
                .asString()
                .contains(": 200, and its body failed (java.io.IOException: reset)");
    }

    @Test
    void a_host_outside_the_mesh_is_not_logged() throws Exception {
        Call outside = Calls.call(time, request);
        outside.run(c -> Calls.respond(c.beginAttempt(), 200));

        new CallLog(debug).ended(outside);

        assertThat(debug.lines()).isEmpty();
    }

    @Test
    void nothing_is_logged_while_debug_is_off() throws Exception {
        RecordingLogger info = new RecordingLogger(Level.INFO);
        Call call = routed();
        call.run(c -> Calls.respond(c.beginAttempt(), 200));

        new CallLog(info).ended(call);

        assertThat(info.lines()).isEmpty();
    }

    /** The logger is that of slf4j-simple: its level is a field, and it prints to the standard error output of the moment. */
    @Test
    void the_end_of_a_call_is_logged_under_the_public_name() throws Exception {
        Object logger = LoggerFactory.getLogger("dev.meshclient.calls");
        Field level = logger.getClass().getDeclaredField("currentLogLevel");
        level.setAccessible(true);
        Object before = level.get(logger);
        PrintStream err = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try {
            System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
            level.set(logger, 10); // DEBUG
            routed().run(c -> Calls.respond(c.beginAttempt(), 200));
        } finally {
            level.set(logger, before);
            System.setErr(err);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains(
                        "DEBUG dev.meshclient.calls - GET http://orders/v1/orders/7: 200 after 0 ms; policy version 7");
    }
}
