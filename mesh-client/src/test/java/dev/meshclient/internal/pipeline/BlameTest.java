package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.InboundContext;
import dev.meshclient.MeshOptions;
import dev.meshclient.MeshStatus;
import dev.meshclient.Overloaded;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Failures that count against an endpoint, and those of the caller or of the mesh that do not: through all layers. */
class BlameTest {
    private static final long SECOND = 1_000_000_000;
    private final StepTime time = new StepTime();
    private final List<String> reported = new ArrayList<>();
    private final MeshListener listener = new MeshListener() {
        @Override
        public void on(MeshEvent event) {
            if (event instanceof MeshEvent.EndpointEjected ejected) {
                reported.add("ejected: " + ejected.reason());
            } else if (event instanceof MeshEvent.EndpointReturned returned) {
                reported.add("returned: " + returned.reason());
            }
        }
    };
    private final Router router = Router.withoutNames(
            time,
            Workload.unknown(),
            Telemetry.of(Events.of(time, List.of(), List.of(listener))),
            EntrySettings.NONE,
            Duration.ofHours(1));
    private @Nullable Outcome fails = null;
    private int asked;

    /** Silent for an hour, unless it is to fail at once. */
    private final Wire silent = attempt -> {
        asked++;
        Outcome outcome = fails;
        if (outcome == Outcome.RESPONSE) {
            return Calls.respond(attempt, 200);
        }
        if (outcome != null) {
            throw Calls.fail(attempt, outcome);
        }
        try {
            attempt.pause(3600 * SECOND);
        } catch (IOException cause) {
            attempt.failed(attempt.cancelledAs(), cause);
            attempt.over();
            throw cause;
        }
        return Calls.respond(attempt, 200);
    };

    private Wire wire = silent;

    private void apply(String settings) throws IOException {
        apply(settings, silent);
    }

    private void apply(String settings, Wire of) throws IOException {
        wire = of;
        router.control()
                .apply(Documents.mesh("test")
                        .services(Documents.service("orders")
                                .endpoint("10.0.0.1", 80)
                                .with("'retry': {'attempts': 0}")
                                .with(settings))
                        .read());
    }

    private CallLayer layers() {
        return Objects.requireNonNull(Calls.layers(router.admit("orders", 80)));
    }

    private void fiveFail(MeshOptions options, Consumer<Call> before) {
        for (int i = 0; i < 5; i++) {
            Call call = new Call(time, Calls.get(), options, wire);
            before.accept(call);
            assertThatThrownBy(() -> call.run(layers())).isInstanceOf(IOException.class);
        }
        assertThat(asked).isEqualTo(5);
    }

    @Test
    void silence_until_the_deadline_of_policy_takes_an_endpoint_out() throws Exception {
        apply("'timeouts': {'request': '1s'}");
        fiveFail(MeshOptions.DEFAULT, call -> {});
        assertThat(reported).containsExactly("ejected: 5 failures without a response in a row");
    }

    @Test
    void and_so_does_silence_for_the_time_of_an_attempt() throws Exception {
        apply("'timeouts': {'backendRequest': '1s'}");
        fiveFail(MeshOptions.DEFAULT, call -> {});
        assertThat(reported).hasSize(1);
    }

    @Test
    void silence_until_a_deadline_that_the_caller_stated_does_not() throws Exception {
        apply("'timeouts': {'request': '2s'}");
        fiveFail(MeshOptions.DEFAULT.withTimeout(Duration.ofSeconds(1)), call -> {});
        assertThat(reported).isEmpty();
    }

    @Test
    void silence_until_a_deadline_that_caller_and_policy_both_state_counts() throws Exception {
        apply("'timeouts': {'request': '1s'}");
        fiveFail(MeshOptions.DEFAULT.withTimeout(Duration.ofSeconds(1)), call -> {});
        assertThat(reported).hasSize(1);
    }

    /** The real clock of the inbound request has hardly moved when the deadline passes on the clock of the mesh. */
    @Test
    void silence_until_the_deadline_of_the_inbound_request_does_not_count_against_the_endpoint() throws Exception {
        apply("'timeouts': {'request': '20s'}");
        InboundContext inbound = InboundContext.of(header -> header.equals("x-mesh-deadline-ms") ? "10000" : null);
        fiveFail(MeshOptions.DEFAULT.withInbound(inbound), call -> {});
        assertThat(reported).isEmpty();
        assertThat(time.now()).isLessThan(5 * 11 * SECOND);
    }

    @Test
    void silence_until_a_nearer_deadline_of_policy_counts_whatever_the_inbound_request_has_left() throws Exception {
        apply("'timeouts': {'request': '1s'}");
        InboundContext inbound = InboundContext.of(header -> header.equals("x-mesh-deadline-ms") ? "10000" : null);
        fiveFail(MeshOptions.DEFAULT.withInbound(inbound), call -> {});
        assertThat(reported).hasSize(1);
    }

    @Test
    void nor_does_a_call_that_the_caller_cancels() throws Exception {
        apply("");
        fiveFail(
                MeshOptions.DEFAULT,
                call -> time.at(time.now() + SECOND, "caller", () -> call.cancel(new IOException("Canceled"))));
        assertThat(reported).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"STALE", "TLS_REFUSED", "LOCAL"})
    void nor_does_a_stale_connection_or_an_identity_or_code_of_ours_that_is_refused_or_fails(Outcome outcome)
            throws Exception {
        apply("");
        fails = outcome;
        fiveFail(MeshOptions.DEFAULT, call -> {});
        assertThat(reported).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"CONNECT_FAILURE", "RESET", "PROTOCOL_ERROR"})
    void an_endpoint_that_breaks_off_or_talks_nonsense_goes(Outcome outcome) throws Exception {
        apply("");
        fails = outcome;
        fiveFail(MeshOptions.DEFAULT, call -> {});
        assertThat(reported).hasSize(1);
    }

    @Test
    void the_status_says_when_an_ejected_endpoint_is_probed() throws Exception {
        List<String> during = new ArrayList<>();
        apply("'outlierDetection': {'minHealthPercent': 0}");
        fails = Outcome.RESET;
        fiveFail(MeshOptions.DEFAULT, call -> {});
        time.step(SECOND);
        during.add(endpoint());
        time.step(40 * SECOND);
        new Call(time, Calls.get(), MeshOptions.DEFAULT, attempt -> {
                    during.add(endpoint());
                    return Calls.respond(attempt, 200);
                })
                .run(layers())
                .close();
        during.add(endpoint());

        assertThat(during)
                .satisfiesExactly(
                        ejected -> assertThat(ejected)
                                .matches("false .*, ejected \\(next probe in [23]\\d s\\): 5 fail.*"),
                        probing ->
                                assertThat(probing).matches("true .* 1 in flight.*, ejected \\(probing\\): 5 fail.*"),
                        returned -> assertThat(returned).startsWith("false ").doesNotContain("ejected"));
    }

    private String endpoint() {
        MeshStatus.Service orders =
                Objects.requireNonNull(router.control().status("test").service("orders"));
        MeshStatus.Endpoint endpoint = orders.endpoints().get(0);
        return endpoint.isProbed() + " " + endpoint;
    }

    @Test
    void a_probe_that_the_caller_ends_leaves_it_to_the_next_call() throws Exception {
        apply("'outlierDetection': {'minHealthPercent': 0}");
        fails = Outcome.RESET;
        fiveFail(MeshOptions.DEFAULT, call -> {});
        time.step(40 * SECOND);
        fails = null;
        Call ended = Calls.call(time, Calls.get(), wire);
        time.at(time.now() + SECOND, "caller", () -> ended.cancel(new IOException("Canceled")));
        assertThatThrownBy(() -> ended.run(layers())).hasMessage("Canceled");
        assertThat(reported).hasSize(1);
        fails = Outcome.RESPONSE;
        Calls.call(time, Calls.get(), wire).run(layers()).close();
        assertThat(reported)
                .containsExactly("ejected: 5 failures without a response in a row", "returned: probe answered");
    }

    @Test
    void the_decision_of_a_call_in_panic_says_so() throws Exception {
        apply("");
        fails = Outcome.RESET;
        fiveFail(MeshOptions.DEFAULT, call -> {});
        fails = Outcome.RESPONSE;
        Call call = Calls.call(time, Calls.get(), wire);
        call.run(layers()).close();
        assertThat(call.decision().attempts().get(0).pick())
                .isEqualTo("panic: too few endpoints are usable, health does not count (0 of 1 usable,"
                        + " outlierDetection.minHealthPercent 50), the only endpoint");
    }

    @Test
    void rules_share_the_limit_of_their_backend_and_subsets_have_their_own() throws Exception {
        Wire open = attempt -> Calls.respondOpen(attempt, 200);
        apply("""
                "limits": {"maxRequests": 1}, "subsets": [{"name": "v1", "labels": {}}],
                "rules": [{"matches": [{"path": {"value": "/a"}}], "backendRefs": [{"name": "orders"}]},
                          {"matches": [{"path": {"value": "/v1"}}], "backendRefs": [{"name": "orders", "subset": "v1"}]},
                          {"backendRefs": [{"name": "orders"}]}]
                """, open);
        run("/a").close();
        assertThatThrownBy(() -> run("/b")).isInstanceOf(Overloaded.class);
        run("/v1").close();
        assertThatThrownBy(() -> run("/v1")).isInstanceOf(Overloaded.class);
    }

    private Response run(String path) throws IOException {
        Request request = new Request.Builder().url("http://orders" + path).build();
        return Calls.call(time, request, wire).run(layers());
    }
}
