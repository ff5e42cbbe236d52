package dev.meshclient.internal.events;

import dev.meshclient.MeshStatus;
import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Observers;
import dev.meshclient.internal.time.Notifications;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.telemetry.CallObserver;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls observers and listeners; both of its layers are left out where there are no observers. */
public final class Events implements Observers {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.telemetry");
    private static final CallObserver NOT_OBSERVED = new CallObserver() {};

    private final Time time;
    private final ListenerFailures failures;
    private final CallObserver.@Nullable Factory observers;
    private final MeshListener[] listeners;
    private final Notifications ofPolicy = new Notifications();

    private Events(
            Time time, ListenerFailures failures, CallObserver.@Nullable Factory observers, MeshListener[] listeners) {
        this.time = time;
        this.failures = failures;
        this.observers = observers;
        this.listeners = listeners;
    }

    /** The observers and listeners of a mesh; there may be none. */
    public static Events of(Time time, List<CallObserver.Factory> observers, List<MeshListener> listeners) {
        ListenerFailures failures = new ListenerFailures(time);
        CallObserver.Factory all =
                switch (observers.size()) {
                    case 0 -> null;
                    case 1 -> observers.get(0);
                    default -> SeveralObservers.of(failures, observers);
                };
        return new Events(time, failures, all, listeners.toArray(MeshListener[]::new));
    }

    /** No observers, no listeners. */
    public static Events none(Time time) {
        return of(time, List.of(), List.of());
    }

    /** Once a call: above everything, so that answers of our own are seen too. */
    public CallLayer ofCalls(CallLayer next) {
        return observers == null ? next : new Calls(this, next);
    }

    /** Once an attempt: above the attempt timer, so that its verdict is seen. */
    public AttemptLayer ofAttempts(AttemptLayer next) {
        return observers == null ? next : new Attempts(failures, next);
    }

    // ---- beside calls

    /** Whether there is a listener: without one no event needs to be made. */
    public boolean hasListeners() {
        return listeners.length > 0;
    }

    public void ejected(String service, String endpoint, String why) {
        notifyListeners(new EventRecords.Ejected(service, endpoint, why));
    }

    public void returned(String service, String endpoint, String why) {
        notifyListeners(new EventRecords.Returned(service, endpoint, why));
    }

    /** Queued: a document is put in force under locks that no listener must hold. {@link #deliverOfPolicy} notifies. */
    public void policyApplied(String revision) {
        queue(new EventRecords.Applied(revision));
    }

    /** Queued as {@link #policyApplied}. */
    public void policyRefused(String revision, List<PolicyProblem> problems) {
        queue(new EventRecords.Refused(revision, List.copyOf(problems)));
    }

    private void queue(MeshEvent event) {
        if (hasListeners()) {
            ofPolicy.add(() -> notifyListeners(event));
        }
    }

    /**
     * Notifies listeners of what became of documents, in order, on a thread of its own: the sources of policy hold locks. Where no
     * thread can be had the events stay queued until the next call: the policy is in force all the same.
     */
    public void deliverOfPolicy() {
        if (!hasListeners()) {
            return;
        }
        try {
            time.start("policy events", ofPolicy::deliver);
        } catch (RuntimeException | Error e) {
            LOG.error("no thread to notify listeners of policy; the next document notifies them", e);
        }
    }

    public void retryBudgetSpent(String service, String backend, String why) {
        notifyListeners(new EventRecords.BudgetSpent(service, backend, why));
    }

    public void breakerChanged(
            String service, String backend, MeshStatus.CircuitBreaker.BreakerState state, String why) {
        notifyListeners(new EventRecords.BreakerChanged(service, backend, state, why));
    }

    public void authorization(AuthorizationEvent decision) {
        notifyListeners(new EventRecords.Decided(decision));
    }

    public void identityRotated(String id, Instant notAfter, boolean trustChanged) {
        notifyListeners(new EventRecords.Rotated(id, notAfter, trustChanged));
    }

    public void identityRejected(String source, String reason) {
        notifyListeners(new EventRecords.Rejected(source, reason));
    }

    public void identityExpiring(String id, Instant notAfter, int lifePercent) {
        notifyListeners(new EventRecords.Expiring(id, notAfter, lifePercent));
    }

    public void peerRejected(String service, String endpoint, MeshEvent.PeerRejected.Kind kind, String reason) {
        notifyListeners(new EventRecords.RejectedPeer(service, endpoint, kind, reason));
    }

    private void notifyListeners(MeshEvent event) {
        for (MeshListener listener : listeners) {
            try {
                listener.on(event);
            } catch (Throwable e) { // Kotlin may throw any
                failures.log(listener, e);
            }
        }
    }

    // ---- calls

    /** Null: there are none. */
    public @Nullable Observers observers() {
        return observers == null ? null : this;
    }

    @Override
    public void begin(Call call) {
        CallObserver.Factory factory = Objects.requireNonNull(observers);
        CallObserver observer = null;
        try {
            observer = factory.observe(call);
        } catch (Throwable e) { // Kotlin may throw any
            failures.log(factory, e);
        }
        call.observer(observer == null ? NOT_OBSERVED : observer, this);
    }

    @Override
    public void ended(Call call) {
        CallObserver observer = Objects.requireNonNull(call.observer());
        try {
            observer.ended(call);
        } catch (Throwable e) { // Kotlin may throw any
            failures.log(observer, e);
        }
    }

    private record Calls(Observers observers, CallLayer next) implements CallLayer {
        @Override
        public Response call(Call call) throws IOException {
            if (call.observer() == null) {
                observers.begin(call);
            }
            return next.call(call);
        }

        @Override
        public String toString() {
            return "call events";
        }
    }

    private record Attempts(ListenerFailures failures, AttemptLayer next) implements AttemptLayer {
        @Override
        public Response call(Attempt attempt) throws IOException {
            CallObserver observer = attempt.call().observer();
            if (observer == null) {
                return next.call(attempt);
            }
            try {
                observer.attemptStarting(attempt, attempt);
            } catch (Throwable e) { // Kotlin may throw any
                failures.log(observer, e);
            }
            try {
                return next.call(attempt);
            } finally {
                ended(attempt, observer);
            }
        }

        private void ended(Attempt attempt, CallObserver observer) {
            try {
                observer.attemptEnded(attempt);
            } catch (Throwable e) { // Kotlin may throw any
                failures.log(observer, e);
            }
        }

        @Override
        public String toString() {
            return "attempt events";
        }
    }
}
