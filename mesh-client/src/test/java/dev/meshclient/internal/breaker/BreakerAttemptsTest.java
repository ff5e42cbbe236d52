package dev.meshclient.internal.breaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.BreakerOpen;
import dev.meshclient.MeshStatus;
import dev.meshclient.internal.call.Allocated;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.CircuitBreakerPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The breaker's layer of attempts alone, between attempts and a peer by script. */
class BreakerAttemptsTest {
    private static final CircuitBreakerPolicy POLICY = CircuitBreakerPolicy.builder()
            .slidingWindowSize(4)
            .waitDurationInOpenState(Duration.ofSeconds(1))
            .permittedNumberOfCallsInHalfOpenState(2)
            .build();

    private final StepTime time = new StepTime();
    private final List<String> changes = new ArrayList<>();
    private final BackendBreaker rules = rules(POLICY);

    private BackendBreaker rules(CircuitBreakerPolicy policy) {
        BackendBreaker made = BackendBreaker.create(
                new BackendBreaker.Surroundings(
                        time, BreakerRegistry.NONE, (service, backend, state, why) -> changes.add(state + ": " + why)),
                "orders",
                "orders",
                new ServiceState(),
                new BackendState(),
                policy);
        made.activate();
        return made;
    }

    private Attempt attempt() throws IOException {
        return Calls.call(time, Calls.get()).beginAttempt();
    }

    private void run(AttemptLayer peer) throws IOException {
        Breaker.attempts(rules, peer).call(attempt());
    }

    private static AttemptLayer answers(int status) {
        return attempt -> Calls.respondOpen(attempt, status); // its body stays open
    }

    private static AttemptLayer fails(Outcome outcome) {
        return attempt -> {
            throw Calls.fail(attempt, outcome);
        };
    }

    private void tryTo(AttemptLayer peer) throws IOException {
        try {
            run(peer);
        } catch (BreakerOpen e) {
            throw e;
        } catch (IOException | IllegalStateException scripted) {
            assertThat(scripted).isNotNull();
        }
    }

    private MeshStatus.CircuitBreaker.BreakerState state() {
        return Objects.requireNonNull(rules.status()).state();
    }

    private void open() throws IOException {
        for (int i = 0; i < 4; i++) {
            run(answers(500));
        }
        assertThat(state()).isEqualTo(MeshStatus.CircuitBreaker.BreakerState.OPEN);
    }

    private void letItProbe() throws IOException {
        open();
        time.step(1_000_000_001);
    }

    @Test
    void an_open_one_sends_nothing() throws Exception {
        open();
        assertThatThrownBy(() -> run(attempt -> {
                    throw new AssertionError("sent");
                }))
                .isInstanceOf(BreakerOpen.class);
        assertThat(changes).containsExactly("OPEN: 100 % of 4 attempts failed");
    }

    @Test
    void running_probes_are_never_more_than_the_policy_permits() throws Exception {
        letItProbe();
        AtomicInteger sent = new AtomicInteger();
        run(
                first -> { // while the first runs, the second begins, and the third
                    sent.incrementAndGet();
                    run(second -> {
                        sent.incrementAndGet();
                        assertThatThrownBy(() -> run(third -> Calls.respondOpen(third, 200)))
                                .isInstanceOfSatisfying(BreakerOpen.class, e -> {
                                    assertThat(e).hasMessageContaining("half-open, and 2 of 2 probes are under way");
                                    assertThat(e.nextProbeIn()).isNull();
                                });
                        return Calls.respondOpen(second, 200);
                    });
                    return Calls.respondOpen(first, 200);
                });
        assertThat(sent).hasValue(2);
        assertThat(state()).isEqualTo(MeshStatus.CircuitBreaker.BreakerState.CLOSED);
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"CANCELLED", "REFUSED", "LOCAL", "CACHED", "TLS_REFUSED", "STALE"})
    void a_probe_that_says_nothing_gives_its_permission_back(Outcome outcome) throws Exception {
        letItProbe();
        for (int i = 0; i < 100; i++) {
            tryTo(fails(outcome));
        }
        assertThat(state()).isEqualTo(MeshStatus.CircuitBreaker.BreakerState.HALF_OPEN);
        run(answers(200));
        run(answers(200));
        assertThat(state()).isEqualTo(MeshStatus.CircuitBreaker.BreakerState.CLOSED);
    }

    @Test
    void a_defect_below_gives_its_permission_back() throws Exception {
        letItProbe();
        for (int i = 0; i < 100; i++) {
            tryTo(attempt -> {
                throw new IllegalStateException("an interceptor");
            });
        }
        run(answers(200));
        run(answers(200));
        assertThat(state()).isEqualTo(MeshStatus.CircuitBreaker.BreakerState.CLOSED);
    }

    @Test
    void an_attempt_of_an_earlier_state_gives_no_permission_and_no_result_to_a_later_one() throws Exception {
        AttemptLayer late = attempt -> { // begins closed, and ends half-open
            letItProbe();
            tryTo(fails(Outcome.CANCELLED));
            return Calls.respondOpen(attempt, 200);
        };
        for (int i = 0; i < 3; i++) {
            run(late);
            assertThat(state()).isEqualTo(MeshStatus.CircuitBreaker.BreakerState.HALF_OPEN);
            assertThat(Objects.requireNonNull(rules.status()).attempts()).isZero();
            List<Attempt> running = new ArrayList<>();
            probesAtOnce(running);
            assertThat(running).hasSize(2);
            assertThat(state()).isEqualTo(MeshStatus.CircuitBreaker.BreakerState.CLOSED);
        }
    }

    /** Begins probes within each other until one is refused. */
    private void probesAtOnce(List<Attempt> running) throws IOException {
        run(probe -> {
            running.add(probe);
            try {
                probesAtOnce(running);
            } catch (BreakerOpen refused) {
                assertThat(refused).hasMessageContaining("half-open");
            }
            return Calls.respondOpen(probe, 200);
        });
    }

    @Test
    void many_streams_that_one_goaway_refuses_are_one_failure() throws Exception {
        for (int i = 0; i < 50; i++) {
            tryTo(fails(Outcome.REFUSED_STREAM));
        }
        assertThat(Objects.requireNonNull(rules.status()).failures()).isEqualTo(1);
        for (int i = 0; i < 3; i++) {
            time.step(100_000_000);
            tryTo(fails(Outcome.RESET_BEFORE_REQUEST));
        }
        assertThat(state())
                .as("a backend that refuses everything")
                .isEqualTo(MeshStatus.CircuitBreaker.BreakerState.OPEN);
    }

    @Test
    void failures_are_those_of_outlier_detection() {
        Set<Outcome> failures = Set.of(
                Outcome.CONNECT_FAILURE,
                Outcome.RESET,
                Outcome.ATTEMPT_TIMEOUT,
                Outcome.DEADLINE,
                Outcome.PROTOCOL_ERROR);
        for (Outcome outcome : Outcome.values()) {
            if (outcome != Outcome.RESPONSE) {
                assertThat(AttemptResult.of(outcome, 0, Set.of()) == AttemptResult.FAILURE)
                        .as("%s", outcome)
                        .isEqualTo(failures.contains(outcome));
            }
        }
        assertThat(AttemptResult.of(Outcome.RESPONSE, 500, Set.of())).isEqualTo(AttemptResult.FAILURE);
        assertThat(AttemptResult.of(Outcome.RESPONSE, 499, Set.of())).isEqualTo(AttemptResult.SUCCESS);
        assertThat(AttemptResult.of(Outcome.RESPONSE, 500, Set.of(500))).isEqualTo(AttemptResult.IGNORED);
    }

    /** The rest of the call's time went to a queue, or to earlier attempts. */
    @Test
    void a_deadline_of_an_attempt_that_began_late_does_not_count() throws Exception {
        Call call = Calls.call(time, Calls.get());
        call.deadline(call.startedAt() + 1_000_000_000);
        Attempt early = call.beginAttempt();
        time.step(600_000_000);
        Attempt late = call.beginAttempt();
        time.step(400_000_000);
        early.failed(Outcome.DEADLINE, new IOException("too late"));
        late.failed(Outcome.DEADLINE, new IOException("too late"));
        assertThat(AttemptResult.of(early, Set.of())).isEqualTo(AttemptResult.FAILURE);
        assertThat(AttemptResult.of(late, Set.of())).isEqualTo(AttemptResult.IGNORED);
    }

    @Test
    void a_call_of_a_closed_breaker_costs_little_and_one_without_costs_nothing() {
        CallLayer once = call -> Breaker.attempts(rules, answers(200)).call(call.beginAttempt());
        assertThat(Breaker.create(
                        BackendBreaker.create(
                                new BackendBreaker.Surroundings(time, BreakerRegistry.NONE, (s, b, state, why) -> {}),
                                "orders",
                                "orders",
                                new ServiceState(),
                                new BackendState(),
                                null),
                        once))
                .isSameAs(once);
        AttemptLayer silent = attempt -> Calls.response(attempt.call().request(), 200); // no result
        AttemptLayer counted = attempt -> Calls.respond(attempt, 200);
        // 40, and what the second compiler leaves out of the measure without a breaker alone.
        assertThat(bytesAdded(rules, counted, 64)).as("bytes of an attempt").isLessThanOrEqualTo(64);
        assertThat(bytesAdded(rules, silent, 0)).isNotPositive();
    }

    /** Rounded down: other bytes of the whole run are no attempt's. */
    private long bytesAdded(BackendBreaker rules, AttemptLayer peer, int most) {
        int attempts = 10_000;
        long all = Allocated.added(
                attempts(Breaker.attempts(rules, peer), attempts),
                attempts(peer, attempts),
                (most + 1L) * attempts - 1);
        return Math.floorDiv(all, attempts);
    }

    private Runnable attempts(AttemptLayer layer, int attempts) {
        return () -> {
            try {
                Call call = Calls.call(time, Calls.get());
                for (int i = 0; i < attempts; i++) {
                    Attempt attempt = call.beginAttempt();
                    if (layer.call(attempt).code()
                            != 200) { // assertThat boxes the code: 16 bytes, or none once compiled
                        throw new AssertionError();
                    }
                    attempt.over();
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    /** Each reading of the clock moves it, so that the breaker opens and probes all the time. */
    private static final class RestlessTime extends StepTime {
        private final AtomicLong clock = new AtomicLong();

        @Override
        public long now() {
            return clock.addAndGet(20_000);
        }
    }

    @RepeatedTest(20) // it needs the code compiled
    void threads_that_race_never_take_more_probes_than_permitted_and_none_leaks() throws Exception {
        RestlessTime restless = new RestlessTime();
        CircuitBreakerPolicy policy =
                POLICY.toBuilder().waitDurationInOpenState(Duration.ofMillis(1)).build();
        AtomicInteger reported = new AtomicInteger();
        RunningBreaker breaker = new RunningBreaker(
                restless, "orders", policy, BreakerRegistry.NONE, (before, now) -> reported.incrementAndGet());
        Map<Phase, AtomicInteger> running = new ConcurrentHashMap<>();
        AtomicInteger probes = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int seed = t;
            threads.add(new Thread(() -> {
                SplittableRandom random = new SplittableRandom(seed);
                for (int i = 0; i < 50_000 && failure.get() == null; i++) {
                    Phase held = breaker.acquire();
                    if (held == null) {
                        continue;
                    }
                    AtomicInteger here = null;
                    if (held.isHalfOpen()) {
                        probes.incrementAndGet();
                        here = running.computeIfAbsent(held, p -> new AtomicInteger());
                        if (here.incrementAndGet() > 2) {
                            failure.compareAndSet(null, new AssertionError("three probes at once"));
                        }
                    }
                    int drawn = random.nextInt(3);
                    if (here != null) { // before end, which may admit the next
                        here.decrementAndGet();
                    }
                    breaker.end(
                            held,
                            drawn == 0
                                    ? AttemptResult.SUCCESS
                                    : drawn == 1 ? AttemptResult.FAILURE : AttemptResult.IGNORED,
                            1000,
                            drawn == 1 ? new IOException("reset") : null);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(probes.get()).as("probes").isGreaterThan(10);
        assertThat(reported.get()).as("changes").isGreaterThan(10);

        assertThat(breaker.phase().probes()).hasValue(0);
        for (int i = 0;
                i < 1000
                        && breaker.phase().state() != io.github.resilience4j.circuitbreaker.CircuitBreaker.State.CLOSED;
                i++) {
            Phase held = breaker.acquire();
            if (held != null) {
                breaker.end(held, AttemptResult.SUCCESS, 1000, null);
            }
        }
        assertThat(breaker.phase().state())
                .isEqualTo(io.github.resilience4j.circuitbreaker.CircuitBreaker.State.CLOSED);
    }
}
