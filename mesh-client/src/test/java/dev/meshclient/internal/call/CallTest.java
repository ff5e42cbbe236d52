package dev.meshclient.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.MeshOptions;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Tls;
import dev.meshclient.telemetry.CallObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One call alone: its entry, its deadline, its attempts. {@link ScopeTest} has its cancellation and its end. */
class CallTest {
    private final StepTime time = new StepTime();
    private final List<String> seen = new ArrayList<>();

    private final Observers observers = new Observers() {
        @Override
        public void begin(Call call) {
            call.observer(new CallObserver() {}, this);
        }

        @Override
        public void ended(Call call) {
            seen.add("ended after " + call.attempts() + " attempts: " + call.failure());
        }
    };

    private final Wire wire = new Wire() {
        @Override
        public Response send(Attempt attempt) {
            return Calls.respond(attempt, 200);
        }

        @Override
        public void ended() {
            seen.add("wire");
        }
    };

    @Test
    void a_call_starts_when_it_enters_the_mesh_not_when_it_is_made() throws Exception {
        Call call = new Call(time, Calls.get());
        observers.begin(call);
        time.step(50);
        call.enter(Calls.post(), MeshOptions.DEFAULT.withTimeout(Duration.ofNanos(20)), wire);
        time.step(5);
        assertThat(call.startedAt()).isEqualTo(50);
        assertThat(call.elapsedNanos()).isEqualTo(5);
        assertThat(call.deadline()).isEqualTo(70);
        assertThat(call.request().method()).isEqualTo("POST");
        call.run(c -> c.beginAttempt().send());
        assertThat(seen).containsExactly("ended after 1 attempts: null", "wire");
    }

    @Test
    void a_call_that_never_enters_is_over_without_a_wire() throws Exception {
        Call call = new Call(time, Calls.get());
        observers.begin(call);
        call.failed(new IOException("of an interceptor"));
        call.over();
        call.over();
        assertThat(seen).containsExactly("ended after 0 attempts: java.io.IOException: of an interceptor");
        Attempt attempt = new Call(time, Calls.get()).beginAttempt();
        assertThatThrownBy(attempt::send).hasMessage("the call has not entered the mesh");
    }

    @Test
    void its_endings_run_before_its_observers_and_its_wire() throws Exception {
        Call call = Calls.call(time, Calls.get(), wire);
        observers.begin(call);
        call.onEnd(() -> seen.add("deadline"));
        call.onEnd(() -> seen.add("limit"));
        call.run(c -> c.beginAttempt().send());
        assertThat(seen).containsExactly("limit", "deadline", "ended after 1 attempts: null", "wire");
    }

    @Test
    void the_deadline_only_comes_nearer() {
        Call call = Calls.call(time, Calls.get());
        assertThat(call.deadline()).isEqualTo(Time.NEVER);
        call.deadline(100);
        call.deadline(200);
        assertThat(call.deadline()).isEqualTo(100);
    }

    @Test
    @Timeout(60)
    void an_attempt_that_begins_while_the_call_is_cancelled_is_cancelled_or_never_begins() throws Exception {
        IOException canceled = new IOException("Canceled");
        try (RealTime real = RealTime.create("call")) {
            CyclicBarrier together = new CyclicBarrier(2);
            for (int i = 0; i < 2_000; i++) {
                Call call = Calls.call(real, Calls.get());
                AtomicReference<@Nullable Attempt> begun = new AtomicReference<>();
                real.start("hedge", () -> {
                    meet(together);
                    try {
                        begun.set(call.beginAttempt());
                    } catch (IOException cancelledFirst) {
                        assertThat(cancelledFirst).isSameAs(canceled);
                    }
                    meet(together);
                });
                meet(together);
                call.cancel(canceled);
                meet(together);
                Attempt attempt = begun.get();
                assertThat(attempt == null || (attempt.cancelCause() == canceled && attempt.isOver()))
                        .isTrue();
            }
        }
    }

    private static void meet(CyclicBarrier together) {
        try {
            together.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void of_many_actions_of_shadows_all_are_counted_and_a_bounded_number_is_stated() {
        Backend stock = new Backend(
                "stock", "stock", Resolution.STATIC, AppProtocol.HTTP, Tls.of(Tls.Mode.DISABLE), null, 0, 0);
        List<String> counted = new ArrayList<>();
        CallMeter meter = new CallMeter() {
            @Override
            public void ended(Call call) {}

            @Override
            public void shadow(String service, ShadowAction action) {
                counted.add(service + " " + action.word());
            }
        };
        Call call = Calls.call(time, Calls.get());
        call.target(new Target(new Revision("-/7"), "orders", "all", stock, false, meter));
        call.over();
        for (int i = 0; i < 20; i++) {
            call.recordShadow(i % 2 == 0 ? ShadowAction.CANCEL_CALL : ShadowAction.REFUSE_CALL, "no " + i);
        }
        assertThat(counted).hasSize(20).startsWith("orders cancel-call", "stock refuse");
        assertThat(call.shadow())
                .hasSize(16)
                .startsWith("timeouts would cancel the call: no 0", "limits would refuse the call: no 1");
    }
}
