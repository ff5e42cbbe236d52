package dev.meshclient.internal.hedge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Decision;
import dev.meshclient.InboundContext;
import dev.meshclient.MeshOptions;
import dev.meshclient.Thrown;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.EndpointsLeft;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Pick;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.Endpoints;
import dev.meshclient.internal.retry.Retry;
import dev.meshclient.internal.retry.RetryBudget;
import dev.meshclient.internal.retry.RetryPermits;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.time.VirtualTime;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.HedgePolicy;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.RetryConstraint;
import dev.meshclient.policy.RetryPolicy;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.RejectedExecutionException;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSink;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Retry and hedge above peers that answer by script: the n-th attempt as the n-th entry says. */
class HedgeTest {
    private static final long MS = 1_000_000;
    private static final ContextKey<String> USER = ContextKey.named("user");
    private static final HedgePolicy AFTER_50 =
            HedgePolicy.builder().delay(Duration.ofMillis(50)).build();

    /** @param millis until the answer or the failure */
    private record Answer(long millis, int status, @Nullable Outcome failure) {
        static Answer of(long millis, int status) {
            return new Answer(millis, status, null);
        }

        static Answer fails(long millis, Outcome failure) {
            return new Answer(millis, 0, failure);
        }
    }

    private static final class Stage {
        final VirtualTime time;
        final BackendState state = new BackendState();
        final BackendHedges backend = state.get(BackendHedges.SLOT);
        final RetryBudget counts = new RetryBudget();
        final List<Answer> script;
        final List<Attempt> attempts = new ArrayList<>();
        final List<@Nullable String> users = new ArrayList<>();
        int usable = 3;
        long millisToPick; // of the first attempt
        int open; // bodies
        int ended; // calls
        HedgePolicy hedge = AFTER_50;
        RetryPolicy retry = RetryPolicy.builder().attempts(2).build();
        RetryConstraint budget = RetryConstraint.NONE;

        @Nullable
        Time starts;

        @Nullable
        Thrown thrownAtClose;

        Stage(VirtualTime time, Answer... script) {
            this.time = time;
            this.script = List.of(script);
        }

        CallLayer layers() {
            Time clock = starts == null ? time : starts;
            RetryPermits shared = new RetryPermits(counts, budget, (service, name, why) -> {});
            return Retry.create(
                    clock,
                    retry,
                    false,
                    shared,
                    Hedge.create(clock, hedge, state, Retry.forHedges(clock, retry, false, shared), this::attempt));
        }

        Call call(Request request, MeshOptions options) {
            return new Call(time, request, options, new Wire() {
                @Override
                public Response send(Attempt attempt) {
                    throw new AssertionError();
                }

                @Override
                public void ended() {
                    ended++;
                }
            });
        }

        Response run() throws IOException {
            return call(Calls.get(), MeshOptions.DEFAULT).run(layers());
        }

        /** Balance and wire in one. */
        private Response attempt(Attempt attempt) throws IOException {
            attempts.add(attempt);
            users.add(Context.current().get(USER));
            if (attempt.number() == 1 && millisToPick > 0) {
                attempt.pause(millisToPick * MS);
            }
            attempt.pick(pick(attempt.number()));
            Answer answer = script.get(Math.min(attempt.number(), script.size()) - 1);
            try {
                attempt.pause(answer.millis * MS);
            } catch (IOException cause) {
                attempt.failed(attempt.cancelledAs(), cause);
                attempt.over();
                throw cause;
            }
            if (answer.failure == Outcome.LOCAL && answer.status == -1) {
                throw new IllegalStateException("of an interceptor");
            }
            if (answer.failure != null) {
                IOException e = new IOException(answer.failure.word() + " of " + attempt.number());
                attempt.failed(answer.failure, e);
                attempt.over();
                throw e;
            }
            attempt.responded(answer.status);
            open++;
            return Calls.response(attempt.call().request(), answer.status)
                    .newBuilder()
                    .body(body(attempt))
                    .build();
        }

        private ResponseBody body(Attempt attempt) {
            BufferedSource source = Okio.buffer(new ForwardingSource(new Buffer()) {
                @Override
                public void close() {
                    open--;
                    attempt.over();
                    if (thrownAtClose != null) {
                        throw thrownAtClose.now();
                    }
                }
            });
            return ResponseBody.create(source, MediaType.get("text/plain"), -1);
        }

        private Pick pick(int number) {
            Endpoint endpoint = Endpoints.of("10.0.0." + number, Locality.NONE, "", Map.of(), 0, 1, Health.HEALTHY);
            return new Pick() {
                @Override
                public Endpoint endpoint() {
                    return endpoint;
                }

                @Override
                public int usable() {
                    return usable;
                }

                @Override
                public EndpointsLeft left() {
                    return EndpointsLeft.ALWAYS_SOME;
                }
            };
        }

        /** Nothing is left once the caller has closed the response. */
        void checkAtRest(int calls) {
            time.join();
            assertThat(open).as("open bodies").isZero();
            assertThat(ended).as("calls that have ended").isEqualTo(calls);
            assertThat(backend.running()).as("hedges").isZero();
            assertThat(attempts).allMatch(Attempt::isOver);
        }

        String outcomes() {
            return String.join(
                    ", ",
                    attempts.get(0).call().decision().attempts().stream()
                            .map(a -> a.outcome() + (a.status() == 0 ? "" : " " + a.status()))
                            .toList());
        }
    }

    private interface Scene {
        void play(Stage stage) throws Exception;
    }

    private static void play(Scene scene, Answer... script) {
        for (int seed = 1; seed <= 3; seed++) {
            VirtualTime time = VirtualTime.inWholeMillis(ThreadKind.PLATFORM, seed);
            time.run(() -> {
                Stage stage = new Stage(time, script);
                scene.play(stage);
                stage.checkAtRest(1);
            });
        }
    }

    @Test
    void a_call_that_is_answered_before_the_delay_has_one_attempt() {
        play(
                stage -> {
                    stage.run().close();
                    assertThat(stage.outcomes()).isEqualTo("response 200");
                    assertThat(stage.time.now()).isEqualTo(49 * MS);
                },
                Answer.of(49, 200));
    }

    @Test
    void the_answer_of_a_hedge_wins_and_the_first_attempt_is_cancelled() {
        play(
                stage -> {
                    Response response = stage.run();
                    assertThat(response.code()).isEqualTo(201);
                    assertThat(stage.time.now()).isEqualTo(60 * MS);
                    assertThat(stage.outcomes()).isEqualTo("superseded, response 201");
                    assertThat(stage.attempts.get(0).call().decision().attempts())
                            .as("nothing has failed, and the caller cancelled nothing")
                            .allSatisfy(attempt -> assertThat(attempt.reason()).isEmpty());
                    Call call = stage.attempts.get(0).call();
                    assertThat(call.status()).isEqualTo(201);
                    assertThat(call.reason()).isEmpty();
                    assertThat(call.decision().attempts().get(1).retry())
                            .isEqualTo("hedge, as there was no answer after 50 ms (hedge.delay)");
                    assertThat(stage.attempts.get(1).isHedge()).isTrue();
                    response.close();
                },
                Answer.of(1000, 200),
                Answer.of(10, 201));
    }

    /** It waits for a place, or has begun on a busy machine: a hedge then needs two endpoints. */
    @Test
    void a_first_attempt_that_has_no_endpoint_after_the_delay_is_hedged_after_another() {
        play(
                stage -> {
                    stage.millisToPick = 60;
                    Response response = stage.run();
                    assertThat(response.code()).isEqualTo(201);
                    assertThat(stage.time.now()).isEqualTo(110 * MS);
                    assertThat(stage.outcomes()).isEqualTo("superseded, response 201");
                    response.close();
                },
                Answer.of(1000, 200),
                Answer.of(10, 201));
    }

    @Test
    void a_call_that_ends_before_it_has_an_endpoint_leaves_no_timer() {
        play(
                stage -> {
                    stage.millisToPick = 120;
                    stage.run().close();
                    assertThat(stage.time.now()).isEqualTo(130 * MS);
                    assertThat(stage.outcomes()).isEqualTo("response 200");
                },
                Answer.of(10, 200),
                Answer.of(10, 201));
    }

    @Test
    void the_answer_of_the_first_attempt_wins_and_the_hedge_is_cancelled() {
        play(
                stage -> {
                    Response response = stage.run();
                    assertThat(response.code()).isEqualTo(200);
                    assertThat(stage.time.now()).isEqualTo(70 * MS);
                    Call call = stage.attempts.get(0).call();
                    assertThat(call.status()).isEqualTo(200);
                    response.close();
                    stage.time.join();
                    assertThat(stage.outcomes()).isEqualTo("response 200, superseded");
                    assertThat(call.failure()).isNull();
                },
                Answer.of(70, 200),
                Answer.of(1000, 201));
    }

    @Test
    void an_answer_that_is_retried_waits_for_the_hedge() {
        play(
                stage -> {
                    Response response = stage.run();
                    assertThat(response.code()).isEqualTo(200);
                    assertThat(stage.time.now()).isEqualTo(150 * MS);
                    assertThat(stage.outcomes()).isEqualTo("response 503, response 200");
                    response.close();
                },
                Answer.of(60, 503),
                Answer.of(100, 200));
    }

    @Test
    void an_answer_that_is_retried_is_returned_if_the_hedge_has_none() {
        play(
                stage -> {
                    stage.retry = RetryPolicy.builder().attempts(1).build();
                    Response response = stage.run();
                    assertThat(response.code()).isEqualTo(503);
                    assertThat(stage.outcomes()).isEqualTo("response 503, reset");
                    response.close();
                },
                Answer.of(60, 503),
                Answer.fails(100, Outcome.RESET));
    }

    @Test
    void a_hedge_counts_as_a_retry() {
        play(
                stage -> {
                    Response response = stage.run();
                    assertThat(response.code()).isEqualTo(503);
                    assertThat(stage.outcomes()).isEqualTo("response 503, response 503, response 503");
                    assertThat(stage.attempts.get(2).isHedge()).isFalse();
                    response.close();
                },
                Answer.of(60, 503),
                Answer.of(20, 503),
                Answer.of(5, 503));
    }

    @Test
    void without_retries_a_failed_race_is_the_result() {
        play(
                stage -> {
                    stage.retry = RetryPolicy.builder().attempts(0).build();
                    Response response = stage.run();
                    assertThat(response.code()).isEqualTo(503);
                    assertThat(stage.outcomes()).isEqualTo("response 503, response 503");
                    response.close();
                },
                Answer.of(60, 503),
                Answer.of(20, 503));
    }

    @Test
    void a_failure_does_not_win_over_an_attempt_that_runs() {
        play(
                stage -> {
                    Response response = stage.run();
                    assertThat(response.code()).isEqualTo(200);
                    assertThat(stage.time.now()).isEqualTo(100 * MS);
                    assertThat(stage.outcomes()).isEqualTo("response 200, protocol-error");
                    response.close();
                },
                Answer.of(100, 200),
                Answer.fails(5, Outcome.PROTOCOL_ERROR));
    }

    @Test
    void a_first_attempt_that_fails_before_the_delay_is_retried_as_ever() {
        play(
                stage -> {
                    Response response = stage.run();
                    assertThat(response.code()).isEqualTo(200);
                    assertThat(stage.outcomes()).isEqualTo("response 503, response 200");
                    assertThat(stage.attempts.get(1).isHedge()).isFalse();
                    response.close();
                },
                Answer.of(20, 503),
                Answer.of(500, 200));
    }

    @Test
    void if_all_fail_the_last_failure_is_thrown_with_the_others() {
        play(
                stage -> {
                    stage.retry = RetryPolicy.builder().attempts(1).build();
                    assertThatThrownBy(stage::run).hasMessage("reset of 2").satisfies(e -> assertThat(e.getSuppressed())
                            .extracting(Throwable::getMessage)
                            .contains("reset of 1"));
                },
                Answer.fails(60, Outcome.RESET),
                Answer.fails(40, Outcome.RESET));
    }

    @Test
    void what_the_callers_own_code_throws_for_a_hedge_reaches_the_caller() {
        play(
                stage -> assertThatThrownBy(stage::run)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("of an interceptor"),
                Answer.of(500, 200),
                new Answer(5, -1, Outcome.LOCAL));
    }

    @Test
    void a_third_attempt_begins_after_one_more_delay() {
        play(
                stage -> {
                    stage.hedge = AFTER_50.toBuilder().maxAttempts(3).build();
                    Response response = stage.run();
                    assertThat(response.code()).isEqualTo(202);
                    assertThat(stage.time.now()).isEqualTo(110 * MS);
                    assertThat(stage.outcomes()).isEqualTo("superseded, superseded, response 202");
                    response.close();
                },
                Answer.of(1000, 200),
                Answer.of(1000, 201),
                Answer.of(10, 202));
    }

    @Test
    void the_caller_limits_the_attempts_of_a_call_hedges_included() {
        play(
                stage -> {
                    stage.hedge = AFTER_50.toBuilder().maxAttempts(3).build();
                    Call call = stage.call(Calls.get(), MeshOptions.DEFAULT.withMaxAttempts(2));
                    call.run(stage.layers()).close();
                    assertThat(stage.outcomes()).isEqualTo("superseded, response 201");
                    assertThat(call.decision().detail()).isEqualTo("no hedge: the caller asks for at most 2 attempts");
                },
                Answer.of(1000, 200),
                Answer.of(300, 201));
    }

    @Test
    void no_hedge_begins_once_an_attempt_has_ended() {
        play(
                stage -> {
                    stage.hedge = AFTER_50.toBuilder().maxAttempts(3).build();
                    Response response = stage.run();
                    assertThat(stage.outcomes()).isEqualTo("response 200, reset");
                    response.close();
                },
                Answer.of(300, 200),
                Answer.fails(20, Outcome.RESET));
    }

    @Test
    void a_call_with_no_other_endpoint_is_not_hedged() {
        play(
                stage -> {
                    stage.usable = 1;
                    Response response = stage.run();
                    assertThat(stage.outcomes()).isEqualTo("response 200");
                    assertThat(stage.attempts.get(0).call().decision().detail())
                            .isEqualTo("no hedge: no other endpoint admits calls");
                    response.close();
                },
                Answer.of(500, 200));
    }

    @Test
    void a_hedge_that_no_endpoint_takes_leaves_the_result_to_the_first_attempt() {
        play(
                stage -> {
                    stage.retry = RetryPolicy.builder().attempts(1).build();
                    Response response = stage.run();
                    assertThat(response.code()).isEqualTo(503);
                    response.close();
                },
                Answer.of(60, 503),
                Answer.fails(20, Outcome.REFUSED));
        play(
                stage -> {
                    stage.retry = RetryPolicy.builder().attempts(1).build();
                    assertThatThrownBy(stage::run).hasMessage("reset of 1");
                },
                Answer.fails(60, Outcome.RESET),
                Answer.fails(20, Outcome.REFUSED));
    }

    @Test
    void a_spent_budget_allows_no_hedge() {
        play(
                stage -> {
                    stage.budget = RetryConstraint.builder()
                            .percent(0)
                            .minRetryCount(0)
                            .build();
                    Response response = stage.run();
                    assertThat(stage.outcomes()).isEqualTo("response 200");
                    assertThat(stage.attempts.get(0).call().decision().detail())
                            .isEqualTo("no hedge: retry budget exhausted");
                    response.close();
                },
                Answer.of(500, 200));
    }

    @Test
    void a_shadow_budget_refuses_no_hedge() {
        play(
                stage -> {
                    stage.budget = RetryConstraint.builder()
                            .percent(0)
                            .minRetryCount(0)
                            .shadow(true)
                            .build();
                    Response response = stage.run();
                    assertThat(response.code()).isEqualTo(201);
                    assertThat(stage.attempts.get(0).call().shadow()).hasSize(1);
                    response.close();
                },
                Answer.of(500, 200),
                Answer.of(5, 201));
    }

    @Test
    void a_shadow_sends_nothing_and_counts_what_it_would() {
        play(
                stage -> {
                    stage.hedge = AFTER_50.toBuilder().shadow(true).build();
                    Response response = stage.run();
                    assertThat(stage.outcomes()).isEqualTo("response 200");
                    assertThat(stage.attempts.get(0).call().shadow())
                            .containsExactly("hedge would send a hedge: no answer after 50 ms");
                    response.close();
                },
                Answer.of(500, 200));
    }

    private static void playUnhedged(Request request, MeshOptions options) {
        play(
                stage -> {
                    Response response = stage.call(request, options).run(stage.layers());
                    assertThat(stage.outcomes()).isEqualTo("response 200");
                    response.close();
                },
                Answer.of(500, 200));
    }

    @Test
    void only_what_may_be_sent_twice_at_any_time_is_hedged() {
        playUnhedged(Calls.post(), MeshOptions.DEFAULT);
        playUnhedged(Calls.get(), MeshOptions.DEFAULT.withoutRetries());
        playUnhedged(Calls.get().newBuilder().header("Upgrade", "websocket").build(), MeshOptions.DEFAULT);
        playUnhedged(Calls.get().newBuilder().put(new OneShot()).build(), MeshOptions.DEFAULT);
        InboundContext retried = InboundContext.of(name -> name.equals("x-mesh-attempt") ? "2" : null);
        playUnhedged(Calls.get(), MeshOptions.DEFAULT.withInbound(retried));
    }

    private static final class OneShot extends RequestBody {
        @Override
        public @Nullable MediaType contentType() {
            return null;
        }

        @Override
        public boolean isOneShot() {
            return true;
        }

        @Override
        public void writeTo(BufferedSink sink) {}
    }

    @Test
    void a_request_that_the_caller_calls_idempotent_is_hedged() {
        play(
                stage -> {
                    Response response = stage.call(Calls.post(), MeshOptions.DEFAULT.withIdempotent())
                            .run(stage.layers());
                    assertThat(response.code()).isEqualTo(201);
                    response.close();
                },
                Answer.of(500, 200),
                Answer.of(5, 201));
    }

    @ParameterizedTest
    @ValueSource(longs = {10, 50, 55, 60})
    void a_cancelled_call_ends_all_its_attempts(long at) {
        play(
                stage -> {
                    Call call = stage.call(Calls.get(), MeshOptions.DEFAULT);
                    stage.time.at(at * MS, "cancel", () -> call.cancel(new IOException("Canceled")));
                    assertThatThrownBy(() -> call.run(stage.layers())).hasMessage("Canceled");
                    assertThat(stage.time.now()).isEqualTo(at * MS);
                },
                Answer.of(500, 200),
                Answer.fails(5, Outcome.RESET));
    }

    @Test
    void a_cancelled_call_ends_the_wait_for_the_hedge() {
        play(
                stage -> {
                    Call call = stage.call(Calls.get(), MeshOptions.DEFAULT);
                    stage.time.at(80 * MS, "cancel", () -> call.cancel(new IOException("Canceled")));
                    assertThatThrownBy(() -> call.run(stage.layers())).hasMessage("Canceled");
                    assertThat(stage.time.now()).isEqualTo(80 * MS);
                },
                Answer.of(60, 503),
                Answer.of(500, 200));
    }

    @Test
    void an_interrupted_caller_ends_its_hedge_and_what_it_has() {
        play(
                stage -> {
                    stage.time.start("caller", () -> {
                        assertThatThrownBy(stage::run).isInstanceOf(java.io.InterruptedIOException.class);
                        assertThat(Thread.interrupted()).isTrue();
                    });
                    stage.time.at(80 * MS, "interrupt", () -> stage.time.interrupt("caller"));
                    stage.time.join();
                    assertThat(stage.attempts).hasSize(2);
                },
                Answer.of(60, 503),
                Answer.of(500, 200));
    }

    @Test
    void an_interrupted_hedge_does_not_end_the_call() {
        play(
                stage -> {
                    stage.time.at(80 * MS, "interrupt", () -> stage.time.interrupt("hedge"));
                    Response response = stage.run();
                    assertThat(response.code()).isEqualTo(200);
                    response.close();
                },
                Answer.of(200, 200),
                Answer.of(500, 201));
    }

    @Test
    void without_a_thread_the_call_goes_on_without_a_hedge() {
        play(
                stage -> {
                    stage.starts = new StartsNothing(stage.time);
                    Response response = stage.run();
                    assertThat(stage.outcomes()).isEqualTo("response 200");
                    response.close();
                },
                Answer.of(500, 200));
    }

    /** Real time after its end. */
    private record StartsNothing(VirtualTime time) implements Time {
        @Override
        public long now() {
            return time.now();
        }

        @Override
        public java.time.InstantSource wall() {
            return time.wall();
        }

        @Override
        public java.util.random.RandomGenerator random() {
            return time.random();
        }

        @Override
        public dev.meshclient.internal.time.Signal signal(String name) {
            return time.signal(name);
        }

        @Override
        public Timer at(long at, String name, Runnable action) {
            return time.at(at, name, action);
        }

        @Override
        public void start(String name, Runnable task) {
            throw new RejectedExecutionException("closed");
        }
    }

    @Test
    void a_hedge_has_the_context_of_its_caller_and_leaves_none() {
        play(
                stage -> {
                    Context.current()
                            .with(USER, "7")
                            .wrap(() -> {
                                stage.run().close();
                                return null;
                            })
                            .call();
                    assertThat(stage.users).containsExactly("7", "7");
                    String[] left = {"?"};
                    stage.time.start("other", () -> left[0] = Context.current().get(USER));
                    stage.time.join();
                    assertThat(left[0]).isNull();
                },
                Answer.of(500, 200),
                Answer.of(5, 201));
    }

    @Test
    void no_more_than_64_hedges_of_a_backend_run_at_once() {
        VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        time.run(() -> {
            Stage stage = new Stage(time, Answer.of(300, 200), Answer.of(1000, 201));
            stage.budget =
                    RetryConstraint.builder().percent(100).minRetryCount(1000).build();
            CallLayer layers = stage.layers();
            for (int i = 0; i < 100; i++) {
                time.start("caller", () -> {
                    try {
                        stage.call(Calls.get(), MeshOptions.DEFAULT).run(layers).close();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
            }
            stage.checkAtRest(100);
            assertThat(stage.attempts.stream().filter(Attempt::isHedge)).hasSize(64);
        });
    }

    @Test
    void by_percentile_the_first_hundred_calls_are_not_hedged_and_then_the_slow_ones_are() {
        VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        time.run(() -> {
            Stage stage = new Stage(time, Answer.of(20, 200));
            stage.hedge = HedgePolicy.builder().build();
            for (int i = 0; i < 112; i++) {
                stage.run().close();
            }
            assertThat(stage.attempts).noneMatch(Attempt::isHedge);
            Stage slow = new Stage(time, Answer.of(500, 200), Answer.of(5, 201));
            slow.hedge = stage.hedge;
            for (int i = 0; i < 112; i++) {
                slow.backend.latencies().add(20 * MS);
            }
            Response response = slow.run();
            assertThat(response.code()).isEqualTo(201);
            long delay = slow.attempts.get(1).startedAt() - slow.attempts.get(0).startedAt();
            assertThat(delay).isBetween(20 * MS, 23 * MS);
            response.close();
            slow.checkAtRest(1);
        });
    }

    /** Events that meet at one instant: the caller gets one answer, and nothing is left. */
    @Test
    void nothing_is_left_whatever_meets() {
        long[] at = {0, 10, 49, 50, 51, 60, 100};
        Outcome[] failures = {Outcome.RESET, Outcome.REFUSED, Outcome.LOCAL, Outcome.CONNECT_FAILURE};
        SplittableRandom random = new SplittableRandom(7);
        for (int seed = 1; seed <= 300; seed++) {
            Answer[] script = new Answer[4];
            for (int i = 0; i < script.length; i++) {
                long millis = at[random.nextInt(at.length)];
                script[i] = switch (random.nextInt(3)) {
                    case 0 -> Answer.fails(millis, failures[random.nextInt(failures.length)]);
                    case 1 -> Answer.of(millis, 503);
                    default -> Answer.of(millis, 200);
                };
            }
            long cancelAt = random.nextInt(3) == 0 ? at[random.nextInt(at.length)] : -1;
            VirtualTime time = VirtualTime.inWholeMillis(ThreadKind.PLATFORM, seed);
            time.run(() -> {
                Stage stage = new Stage(time, script);
                stage.hedge = AFTER_50.toBuilder().maxAttempts(3).build();
                Call call = stage.call(Calls.get(), MeshOptions.DEFAULT);
                Time.Timer timer = cancelAt < 0
                        ? () -> {}
                        : time.at(cancelAt * MS, "cancel", () -> call.cancel(new IOException("Canceled")));
                try (Response response = call.run(stage.layers())) {
                    Decision decision = call.decision();
                    assertThat(decision.attempts().stream()
                                    .anyMatch(a -> a.outcome().equals("response") && a.status() == response.code()))
                            .as(decision.toString())
                            .isTrue();
                } catch (IOException e) {
                    assertThat(e.getMessage()).doesNotContain("superseded");
                }
                timer.cancel();
                stage.checkAtRest(1);
            });
        }
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void the_caller_gets_the_answer_of_a_hedge_although_closing_the_other_answer_throws(Thrown thrown) {
        play(
                stage -> {
                    stage.thrownAtClose = thrown;
                    Response response = stage.run();
                    assertThat(response.code()).isEqualTo(200);
                    assertThat(stage.time.now()).isEqualTo(150 * MS);
                    stage.thrownAtClose = null;
                    response.close();
                },
                Answer.of(60, 503),
                Answer.of(100, 200));
    }
}
