package dev.meshclient.internal.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshclient.RecordingLogger;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.CallMeter;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Revision;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.time.ManualTime;
import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Tls;
import dev.meshclient.telemetry.AccessLog;
import dev.meshclient.telemetry.CallObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import okhttp3.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessLogWriterTest {
    private static final Target TARGET = new Target(
            new Revision("version 7"),
            "orders",
            "all",
            new Backend(
                    "orders/v2", "orders", Resolution.STATIC, AppProtocol.HTTP, Tls.of(Tls.Mode.DISABLE), null, 0, 0),
            false,
            CallMeter.NONE);

    private final ManualTime time = new ManualTime(1);
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final RecordingLogger warnings = new RecordingLogger();
    private final List<AccessLogWriter> started = new ArrayList<>();
    private String trace = "";

    @AfterEach
    void close() {
        started.forEach(AccessLogWriter::close);
    }

    private AccessLogWriter start(AccessLog log) {
        AccessLogWriter writer = AccessLogWriter.start(time, log, () -> trace, warnings);
        started.add(writer);
        return writer;
    }

    /** Runs a call whose end the writer observes. */
    private void run(AccessLogWriter writer, String url, CallLayer layers) {
        Request request = new Request.Builder()
                .url(url)
                .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                .build();
        Call call = Calls.call(time, request);
        call.target(TARGET);
        try {
            call.run(layers).close();
        } catch (IOException e) {
            assertThat(call.failure()).isSameAs(e);
        }
        writer.ended(call);
    }

    private void run(AccessLogWriter writer, int status) {
        run(writer, "http://orders/a", c -> Calls.respond(c.beginAttempt(), status));
    }

    private List<String> written(AccessLogWriter writer) {
        writer.close();
        return lines;
    }

    private static CallLayer retried(ManualTime time) {
        return c -> {
            Calls.fail(c.beginAttempt(), Outcome.CONNECT_FAILURE);
            Attempt second = c.beginAttempt();
            time.advance(Duration.ofMillis(12));
            second.sent(5);
            second.received(1234);
            return Calls.respond(second, 200);
        };
    }

    // ---- the line

    @Test
    void a_line_of_json_has_the_facts_of_call_and_attempts_and_no_secrets() throws Exception {
        AccessLogWriter writer = start(AccessLog.json(lines::add));
        run(writer, "http://jane:secret@orders/v1/orders/7?card=4711#end", retried(time));
        assertThat(written(writer))
                .containsExactly("{\"time\":\"2026-01-01T00:00:00Z\",\"service\":\"orders\",\"route\":\"all\","
                        + "\"backend\":\"orders/v2\",\"method\":\"GET\",\"path\":\"/v1/orders/7\",\"status\":200,"
                        + "\"duration_ms\":12.000,\"sent_bytes\":5,\"received_bytes\":1234,"
                        + "\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"policy\":\"version 7\",\"attempts\":["
                        + "{\"outcome\":\"connect-failure\",\"duration_ms\":0.000,\"reason\":\"UF\"},"
                        + "{\"outcome\":\"response\",\"status\":200,\"duration_ms\":12.000}]}");
    }

    @Test
    void a_line_of_logfmt_has_the_same_facts() {
        AccessLogWriter writer = start(AccessLog.logfmt(lines::add));
        run(writer, "http://orders/v1/orders/7?card=4711", retried(time));
        assertThat(written(writer))
                .containsExactly("time=2026-01-01T00:00:00Z service=orders route=all backend=orders/v2 method=GET"
                        + " path=/v1/orders/7 status=200 duration_ms=12.000 sent_bytes=5 received_bytes=1234"
                        + " trace_id=4bf92f3577b34da6a3ce929d0e0e4736 policy=\"version 7\" attempts=2"
                        + " attempt1.outcome=connect-failure attempt1.duration_ms=0.000 attempt1.reason=UF"
                        + " attempt2.outcome=response attempt2.status=200 attempt2.duration_ms=12.000");
    }

    @Test
    void a_failure_shows_its_letters_and_its_class() {
        AccessLogWriter writer = start(AccessLog.logfmt(lines::add));
        run(writer, "http://orders/a", c -> {
            throw Calls.fail(c.beginAttempt(), Outcome.RESET);
        });
        assertThat(written(writer)).singleElement().asString().contains(" reason=UC error=java.io.IOException ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\nb",
                "a\" status=200 x=\"",
                "a\\",
                "a\u0000b\u0085\u2028",
                "\uD83D",
                "=",
                "\u001b[31m",
                "\u202Egpj"
            })
    void no_text_forges_a_field_or_a_line(String path) throws Exception {
        AccessLogWriter json = start(AccessLog.json(lines::add).withPath(request -> path));
        run(json, 200);
        String object = written(json).get(0);
        assertThat(object.chars().allMatch(c -> c >= ' ' && c < 127)).isTrue();
        JsonNode line = new ObjectMapper().readTree(object);
        assertThat(line.path("path").asText()).isEqualTo(path);
        lines.clear();

        AccessLogWriter logfmt = start(AccessLog.logfmt(lines::add).withPath(request -> path));
        run(logfmt, 503);
        String text = written(logfmt).get(0);
        assertThat(text.chars().allMatch(c -> c >= ' ' && c < 127)).isTrue();
        assertThat(text.replaceAll("\"([^\"\\\\]|\\\\.)*\"", "Q"))
                .contains(" path=Q ")
                .contains(" status=503 ");
    }

    @Test
    void the_bytes_of_all_attempts_are_summed_and_fractions_of_a_millisecond_are_shown() {
        AccessLogWriter writer = start(AccessLog.logfmt(lines::add));
        run(writer, "http://orders/a", c -> {
            Attempt first = c.beginAttempt();
            first.sent(5);
            first.received(7);
            Calls.respond(first, 503);
            Attempt second = c.beginAttempt();
            second.sent(5);
            second.received(30);
            time.advance(Duration.ofNanos(1_002_345_678));
            return Calls.respond(second, 200);
        });
        assertThat(written(writer))
                .singleElement()
                .asString()
                .contains(" duration_ms=1002.345 sent_bytes=10 received_bytes=37 ");
    }

    @ParameterizedTest
    @CsvSource({
        "'', 4bf92f3577b34da6a3ce929d0e0e4736",
        "0af7651916cd43dd8448eb211c80319c, 0af7651916cd43dd8448eb211c80319c"
    })
    void a_call_without_an_attempt_has_the_trace_in_which_it_was_made(String current, String written) {
        AccessLogWriter writer = start(AccessLog.logfmt(lines::add));
        Call call = Calls.call(
                time,
                new Request.Builder()
                        .url("http://orders/")
                        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                        .build());
        call.target(TARGET);
        trace = current;
        CallObserver observer = writer.observe(call);
        trace = "";
        assertThatThrownBy(() -> call.run(c -> {
                    throw Failures.make().noRoute("no rule", "add one", c.decision());
                }))
                .isInstanceOf(IOException.class);
        observer.ended(call);
        assertThat(written(writer)).singleElement().asString().contains(" trace_id=" + written + " ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f0",
                "00-\"zzz\"------------------------------------------------------------",
                "00-4bf92f3577b34da6a3ce929d0e0e473x-00f067aa0ba902b7-01",
                "00x4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736x00f067aa0ba902b7-01"
            })
    void a_broken_traceparent_is_no_trace(String parent) {
        AccessLogWriter writer = start(AccessLog.logfmt(lines::add));
        Call call = Calls.call(
                time,
                new Request.Builder()
                        .url("http://orders/")
                        .header("traceparent", parent)
                        .build());
        call.target(TARGET);
        assertThatThrownBy(() -> call.run(c -> {
                    throw Calls.fail(c.beginAttempt(), Outcome.RESET);
                }))
                .isInstanceOf(IOException.class);
        writer.ended(call);
        assertThat(written(writer)).singleElement().asString().doesNotContain("trace_id");
    }

    @Test
    void a_path_function_that_throws_costs_the_path_alone() {
        AccessLogWriter writer = start(AccessLog.logfmt(lines::add).withPath(request -> {
            throw new IllegalStateException("of the user");
        }));
        run(writer, 200);
        assertThat(written(writer))
                .singleElement()
                .asString()
                .contains("status=200")
                .doesNotContain("path=");
    }

    @Test
    void a_path_function_that_gives_null_costs_the_path_alone() {
        AccessLogWriter writer = start(AccessLog.logfmt(lines::add).withPath(AccessLogWriterTest::none));
        run(writer, 200);
        assertThat(written(writer))
                .singleElement()
                .asString()
                .contains("status=200")
                .doesNotContain("path=");
    }

    @SuppressWarnings("NullAway") // as a caller without null checks
    private static String none(Request request) {
        return null;
    }

    // ---- which calls

    @Test
    void a_share_of_0_leaves_failures_server_errors_and_slow_calls() {
        AccessLogWriter writer = start(AccessLog.logfmt(lines::add).withShare(0).withSlow(Duration.ofMillis(500)));
        run(writer, 200);
        run(writer, 404);
        run(writer, 500);
        run(writer, "http://orders/reset", c -> {
            throw Calls.fail(c.beginAttempt(), Outcome.RESET);
        });
        run(writer, "http://orders/slow", c -> {
            Attempt attempt = c.beginAttempt();
            time.advance(Duration.ofMillis(500));
            return Calls.respond(attempt, 200);
        });
        assertThat(written(writer)).hasSize(3);
        assertThat(lines.get(0)).contains("status=500");
        assertThat(lines.get(1)).contains("path=/reset");
        assertThat(lines.get(2)).contains("path=/slow");
    }

    @Test
    void a_share_is_that_share() {
        AccessLogWriter writer =
                start(AccessLog.logfmt(lines::add).withShare(0.1).withCapacity(10_000));
        for (int i = 0; i < 10_000; i++) {
            run(writer, 200);
        }
        assertThat(written(writer).size()).isBetween(850, 1_150); // the seed is fixed
    }

    @Test
    void a_call_that_did_not_enter_the_mesh_is_not_written() {
        AccessLogWriter writer = start(AccessLog.logfmt(lines::add));
        Call outside = new Call(time, Calls.get());
        outside.failed(new IOException("of an interceptor"));
        writer.ended(outside);
        writer.ended(new Call(time, Calls.get()));
        assertThat(written(writer)).isEmpty();
    }

    @Test
    void each_setting_leaves_the_others() {
        Function<Request, String> path = request -> "/x";
        AccessLog.Sink sink = lines::add;
        AccessLog all = AccessLog.logfmt(sink)
                .withShare(0.5)
                .withSlow(Duration.ofSeconds(1))
                .withPath(path)
                .withCapacity(7);
        for (AccessLog again : List.of(
                all.withShare(0.5), all.withSlow(Duration.ofSeconds(1)), all.withPath(path), all.withCapacity(7))) {
            assertThat(again.format()).isEqualTo(AccessLog.Format.LOGFMT);
            assertThat(again.sink()).isSameAs(sink);
            assertThat(again.share()).isEqualTo(0.5);
            assertThat(again.slow()).isEqualTo(Duration.ofSeconds(1));
            assertThat(again.path()).isSameAs(path);
            assertThat(again.capacity()).isEqualTo(7);
        }
    }

    @Test
    void settings_out_of_range_are_refused() {
        AccessLog log = AccessLog.json(lines::add);
        assertThatThrownBy(() -> log.withShare(1.1)).hasMessageContaining("0 to 1, not 1.1");
        assertThatThrownBy(() -> log.withShare(Double.NaN)).hasMessageContaining("0 to 1, not NaN");
        assertThatThrownBy(() -> log.withSlow(Duration.ofMillis(-1))).hasMessageContaining("PT-0.001S");
        assertThatThrownBy(() -> log.withCapacity(0)).hasMessageContaining("at least 1 line, not 0");
    }

    // ---- a sink that is slow, fails, or is closed

    @Test
    void a_full_queue_drops_lines_and_counts_them() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AccessLogWriter writer = start(AccessLog.logfmt(line -> {
                    entered.countDown();
                    hold(go);
                    lines.add(line);
                })
                .withCapacity(3));
        run(writer, 200);
        hold(entered); // the sink holds the first line
        for (int i = 0; i < 10; i++) {
            run(writer, 200);
        }
        assertThat(writer.dropped()).isEqualTo(7);
        go.countDown();
        await().until(() -> lines.size() == 4);
        for (int i = 0; i < 3; i++) {
            run(writer, 200);
        }
        assertThat(written(writer)).hasSize(7);
        assertThat(writer.dropped()).isEqualTo(7);
        assertThat(warnings.lines())
                .containsExactly("WARN the access log has dropped 7 lines so far: its sink is slower than the calls");
    }

    private static void hold(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void a_sink_that_throws_loses_that_line_alone() {
        AccessLogWriter writer = start(AccessLog.logfmt(new AccessLog.Sink() {
            private boolean failed;

            @Override
            public void write(String line) throws IOException {
                if (!failed) {
                    failed = true;
                    throw new IOException("disk full");
                }
                lines.add(line);
            }

            @Override
            public void flush() {
                throw new IllegalStateException("no flush");
            }
        }));
        run(writer, 200);
        run(writer, 404);
        assertThat(written(writer)).singleElement().asString().contains("status=404");
        assertThat(warnings.lines()).isNotEmpty().allMatch(line -> line.startsWith("WARN the access log failed"));
    }

    @Test
    void what_is_queued_is_written_and_flushed_at_the_close_and_nothing_after_it() {
        List<String> flushed = new CopyOnWriteArrayList<>();
        AccessLogWriter writer = start(AccessLog.logfmt(new AccessLog.Sink() {
            @Override
            public void write(String line) {
                lines.add(line);
            }

            @Override
            public void flush() {
                flushed.addAll(lines);
            }
        }));
        for (int i = 0; i < 100; i++) {
            run(writer, 200);
        }
        writer.close();
        assertThat(lines).hasSize(100);
        assertThat(flushed).containsAll(lines);
        run(writer, 200);
        assertThat(lines).hasSize(100);
        assertThat(writer.dropped()).isEqualTo(1);
    }
}
