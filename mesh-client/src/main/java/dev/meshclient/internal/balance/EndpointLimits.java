package dev.meshclient.internal.balance;

import dev.meshclient.Decision;
import dev.meshclient.PolicyUnavailable;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.Slot;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The limits of the endpoints of a backend that are in force, and the attempts that wait for an endpoint below its limit. It
 * outlives the policy with the limits. An attempt that waits keeps the planner of the policy that it began with.
 */
final class EndpointLimits {
    static final Slot<EndpointLimits> SLOT = Slot.of(EndpointLimits::new).keptWhile(limits -> limits.waiting > 0);

    /** How often the first attempt in the queue looks for what no event announces: new endpoints, a due probe. */
    private static final long LOOK_NANOS = 100_000_000;

    private static final String ADVICE = "raise the limit if they can serve more, or add endpoints";

    /** Each in order of arrival, and never empty; changed under the lock. */
    private final Map<Planner, Set<Attempt>> queues = new ConcurrentHashMap<>();

    private final ShadowLook shadow = new ShadowLook();
    private volatile int waiting; // written under the lock
    private volatile EndpointLimitSettings settings = EndpointLimitSettings.NONE;
    private volatile boolean closed;

    /** Puts these limits in force. Attempts that wait keep their places. */
    void activate(EndpointLimitSettings now) {
        settings = now;
        wakeFirst();
    }

    /** Ends all waits. */
    static void close(BackendState backend) {
        EndpointLimits limits = backend.find(SLOT);
        if (limits != null) {
            limits.closed = true;
            limits.wakeFirst();
        }
    }

    EndpointLimitSettings inForce() {
        return settings;
    }

    // ---- one endpoint

    /**
     * Counts the attempt in flight at the endpoint if it is below its limit; otherwise false.
     *
     * @param by plans the attempt
     */
    boolean begin(EndpointHealth endpoint, Attempt attempt, Planner by) {
        EndpointLimitSettings now = settings;
        if (now.shadow()) {
            endpoint.begin();
            return true;
        }
        return !isClaimed(endpoint, endpoint.inFlight(), by, attempt.startedAt()) && endpoint.begin(now.of(endpoint));
    }

    /** Whether the endpoint is below its limit. */
    boolean isFree(EndpointHealth endpoint) {
        return endpoint.inFlight() < settings.of(endpoint);
    }

    /**
     * Whether the limits are a shadow, and this endpoint, at which an attempt has begun, and all others have more attempts in flight
     * than they would let them have.
     */
    boolean isExceeded(EndpointHealth endpoint, Plan plan) {
        EndpointLimitSettings now = settings;
        return now.shadow() && endpoint.inFlight() > now.of(endpoint) && shadow.isFull(plan, now);
    }

    // ---- the other planners of the service: of other backends, and of policies before

    /** An attempt that cannot wait leaves one place to those that do, and takes any other. */
    private boolean isClaimed(EndpointHealth endpoint, int inFlight, Planner by, long arrivedAt) {
        EndpointLimitSettings now = settings;
        boolean leavesOne = now.maxPending() == 0 && inFlight + 1 < now.of(endpoint);
        return !leavesOne && by.waiting().isClaimed(endpoint, inFlight, by, arrivedAt);
    }

    /** Whether an attempt of another planner that arrived before this time waits here, and could begin at this endpoint. */
    boolean claims(EndpointHealth endpoint, int inFlight, Planner by, long arrivedAt) {
        EndpointLimitSettings now = settings;
        if (!now.shadow() && inFlight >= now.of(endpoint)) {
            return false;
        }
        for (Planner other : queues.keySet()) {
            Attempt first = other == by ? null : first(other);
            if (first != null && first.startedAt() < arrivedAt && other.admits(endpoint)) {
                return true;
            }
        }
        return false;
    }

    /** Records an attempt that a shadow would let wait, or refuse, as all endpoints have reached their limits. */
    void recordExceeded(Call call, String backend) {
        call.recordShadow(
                settings.maxPending() > 0 ? ShadowAction.QUEUE_CALL : ShadowAction.REFUSE_CALL, full(backend));
    }

    String full(String backend) {
        return "all endpoints of '" + backend + "' have reached " + settings;
    }

    // ---- the queue

    /** Chooses an endpoint and counts the attempt there. */
    @FunctionalInterface
    interface Choice {
        /** Null: all endpoints are at their limits. */
        @Nullable
        Picked pick(Attempt attempt) throws IOException;
    }

    /** Whether attempts of this planner wait: a new one has to wait behind them. */
    boolean isWaitedFor(Planner by) {
        return waiting > 0 && queues.containsKey(by);
    }

    /** Whether the limits would refuse one more attempt now, beside an attempt that is about to end at {@code ending}. */
    boolean refuse(Planner by, Plan plan, @Nullable EndpointHealth ending) {
        EndpointLimitSettings now = settings;
        return !now.shadow()
                && waiting >= now.maxPending()
                && (isWaitedFor(by)
                        || plan.isFull(e -> {
                            int inFlight = e.inFlight() - (e == ending ? 1 : 0);
                            return inFlight >= now.of(e) || isClaimed(e, inFlight, by, Long.MAX_VALUE);
                        }));
    }

    int pending() {
        return waiting;
    }

    /** Waits in order of arrival until there is a choice; refuses the attempt if the queue is full. */
    Picked await(Attempt attempt, Planner by, Choice choice) throws IOException {
        String backend = by.backend();
        int ahead = join(attempt, by);
        if (ahead < 0) {
            if (closed && settings.maxPending() > 0) {
                throw attempt.refuse(decision -> closed(backend, decision));
            }
            String full = full(backend) + (settings.maxPending() == 0 ? "" : ", and " + waiting + " calls wait");
            attempt.call().note(full);
            throw attempt.refuse(decision -> Failures.make().overloaded(full, ADVICE, decision));
        }
        by.waiting().add(this);
        Call call = attempt.call();
        call.beginWait("an endpoint below " + settings + ", behind " + ahead + " in the queue");
        try {
            while (true) {
                call.throwIfLate();
                boolean first = first(by) == attempt;
                Picked picked = first ? choice.pick(attempt) : null;
                if (picked != null) {
                    attempt.restart(); // the time in the queue is none of the endpoint
                    return picked;
                }
                if (closed) {
                    throw attempt.refuse(decision -> closed(backend, decision));
                }
                attempt.await(first ? call.now() + LOOK_NANOS : call.now() + 10 * LOOK_NANOS);
            }
        } finally {
            leave(attempt, by);
            call.endWait();
        }
    }

    /** The number of attempts that wait before it; -1: the queue is full, or closed. */
    private synchronized int join(Attempt attempt, Planner by) {
        int ahead = waiting;
        if (ahead >= settings.maxPending() || closed) {
            return -1;
        }
        queues.computeIfAbsent(by, planner -> new LinkedHashSet<>()).add(attempt);
        waiting = ahead + 1;
        return ahead;
    }

    private void leave(Attempt attempt, Planner by) {
        synchronized (this) {
            Set<Attempt> queue = queues.get(by);
            if (queue != null && queue.remove(attempt) && queue.isEmpty()) {
                queues.remove(by);
            }
            waiting--;
            if (queues.isEmpty()) {
                by.waiting().remove(this);
            }
        }
        by.waiting().lookAgain(); // there may be another endpoint for the next, and what this one did not take
    }

    private synchronized @Nullable Attempt first(Planner by) {
        Set<Attempt> queue = queues.get(by);
        return queue == null ? null : queue.iterator().next();
    }

    /** Lets the first attempt of each planner choose again. */
    void wakeFirst() {
        for (Planner by : queues.keySet()) {
            Attempt first = first(by);
            if (first != null) {
                first.raise();
            }
        }
    }

    /** What the limits would do with a call now. */
    void explain(Plan plan, String backend, ExplanationSink to) {
        EndpointLimitSettings now = settings;
        if (!plan.isFull(endpoint -> endpoint.inFlight() >= now.of(endpoint))) {
            return;
        }
        if (now.shadow()) {
            to.remark(
                    (now.maxPending() > 0 ? ShadowAction.QUEUE_CALL : ShadowAction.REFUSE_CALL).inWords(full(backend)));
        } else if (waiting < now.maxPending()) {
            to.await("the call would wait for an endpoint behind " + waiting + ": " + full(backend));
        } else {
            to.refuse(Failures.make().overloaded(full(backend), ADVICE, to.decision()));
        }
    }

    private static PolicyUnavailable closed(String backend, Decision decision) {
        return Failures.make()
                .policyUnavailable(
                        "the mesh was closed before the call to '" + backend + "' had an endpoint below its limits",
                        "make calls before Mesh.close()",
                        decision);
    }
}
