package dev.meshclient.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Decision;
import dev.meshclient.internal.time.Time;
import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Holds the events of every call against what is legal. */
final class EventLog implements MeshListener, CallObserver, CallObserver.Factory {
    private static final long SECOND = 1_000_000_000;
    private static final Set<String> UNPROCESSED = Set.of("connect-failure", "refused-stream");

    private final IdentityHashMap<CallInfo, Progress> open = new IdentityHashMap<>(); // looked up, never walked through
    private final List<String> violations = new ArrayList<>();
    private int usable = Integer.MAX_VALUE;
    private final LongArray requestsAt = new LongArray();
    private final LongArray retriesAt = new LongArray();
    private final LongArray budgetedAt = new LongArray(); // of these, what repeats an attempt that may have been work
    private final LongArray unprocessedAt = new LongArray(); // and what does not
    private final Time time;
    long started;
    long retries;
    long ejected;
    long returned;
    int mostOut;
    /** When endpoints were ejected, and when attempts ended that a shadow would have acted on. */
    final List<Long> ejectedAt = new ArrayList<>();

    /** The states of circuit breakers, as they follow. */
    final List<String> breakers = new ArrayList<>();

    final List<Long> shadowAt = new ArrayList<>();
    private final Set<String> out = new HashSet<>();
    private long ended;

    EventLog(Time time) {
        this.time = time;
    }

    private static final class Progress {
        int attempts;
        final Set<Integer> running = new HashSet<>(); // several at once only if all but one are hedges
        int shadows;
        String outcome = ""; // of the attempt that ended last
    }

    /** How many endpoints a call may choose from: none is tried twice before all were. */
    void usable(int endpoints) {
        usable = endpoints;
    }

    @Override
    public CallObserver observe(CallInfo call) {
        if (open.put(call, new Progress()) != null) {
            violations.add("started twice: " + call.request());
        }
        started++;
        requestsAt.add(time.now());
        return this;
    }

    @Override
    public void attemptStarting(AttemptInfo attempt, OutgoingHeaders headers) {
        Progress progress = open.get(attempt.call());
        if (progress == null
                || !(attempt.isHedge() || (progress.running.isEmpty() && attempt.number() > progress.attempts))) {
            violations.add("out of order: start of " + attempt);
            return;
        }
        progress.running.add(attempt.number());
        progress.attempts++;
        if (attempt.number() > 1) {
            retries++;
            retriesAt.add(time.now());
            (UNPROCESSED.contains(progress.outcome) ? unprocessedAt : budgetedAt).add(time.now());
        }
    }

    @Override
    public void attemptEnded(AttemptInfo attempt) {
        Progress progress = open.get(attempt.call());
        if (progress == null || !progress.running.remove(attempt.number())) {
            violations.add("out of order: end of " + attempt);
            return;
        }
        if (attempt.outcomeName().equals("running")) {
            violations.add("ended without an outcome: " + attempt);
        }
        progress.outcome = attempt.outcomeName();
        int shadows = attempt.call().shadow().size();
        if (shadows > progress.shadows) {
            progress.shadows = shadows;
            shadowAt.add(time.now());
        }
    }

    @Override
    public void ended(CallInfo call) {
        Decision decision = call.decision();
        Progress progress = open.remove(call);
        ended++;
        if (progress == null
                || !progress.running.isEmpty()
                || decision.attempts().size() < progress.attempts) {
            violations.add("out of order: end of " + decision);
            return;
        }
        Set<String> tried = new HashSet<>();
        decision.attempts().forEach(a -> tried.add(a.endpoint()));
        if (tried.size() < Math.min(usable, decision.attempts().size())) {
            violations.add("tried an endpoint twice while another was left: " + decision);
        }
    }

    @Override
    public void on(MeshEvent event) {
        if (event instanceof MeshEvent.CircuitBreakerChanged breaker) {
            breakers.add(breaker.state().name());
        } else if (event instanceof MeshEvent.EndpointEjected ejection) {
            ejected++;
            ejectedAt.add(time.now());
            if (!out.add(ejection.endpoint())) {
                violations.add("ejected, and was out: " + ejection.endpoint());
            }
            mostOut = Math.max(mostOut, out.size());
        } else if (event instanceof MeshEvent.EndpointReturned back) {
            returned++;
            if (!out.remove(back.endpoint())) {
                violations.add("returned, and was in: " + back.endpoint());
            }
        }
    }

    /** Policy lists it no more. */
    void gone(String endpoint) {
        out.remove(endpoint);
    }

    /** Never more were ejected, and at the end no endpoint is. */
    void checkOut(int most) {
        assertThat(mostOut).as("out at once").isLessThanOrEqualTo(most);
        assertThat(out).as("out at the end").isEmpty();
    }

    /**
     * At every retry: those of the last 9 s are at most this share of the requests of the last 11 s, plus the floor of every
     * second. A second more and less, for slots of a tenth and for back-off between the budget's word and the attempt.
     */
    void checkBudget(int percent, int floorPerSecond) {
        checkBudget(retriesAt, percent, floorPerSecond);
    }

    /** The same, but what no endpoint has processed is repeated within a bound of its own: as many as there are requests. */
    void checkBudgets(int percent, int floorPerSecond) {
        checkBudget(budgetedAt, percent, floorPerSecond);
        checkBudget(unprocessedAt, 100, floorPerSecond);
    }

    private void checkBudget(LongArray repeats, int percent, int floorPerSecond) {
        for (int i = 0; i < repeats.size(); i++) {
            long at = repeats.get(i);
            long taken = i + 1L - repeats.countBefore(at - 9 * SECOND);
            long asked = requestsAt.countBefore(at + 1) - requestsAt.countBefore(at - 11 * SECOND);
            assertThat(taken)
                    .as("retries until t=%d ms", at / 1_000_000)
                    .isLessThanOrEqualTo(asked * percent / 100 + 1 + 11L * floorPerSecond);
        }
    }

    void check(long calls) {
        assertThat(violations).isEmpty();
        assertThat(open).as("calls that never ended").isEmpty();
        assertThat(ended).isEqualTo(calls);
    }

    /** Instants in the order in which they came. */
    private static final class LongArray {
        private long[] values = new long[1024];
        private int size;

        void add(long value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
            }
            values[size++] = value;
        }

        int size() {
            return size;
        }

        long get(int i) {
            return values[i];
        }

        long countBefore(long instant) {
            int low = 0;
            int high = size;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (values[middle] < instant) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }
    }
}
