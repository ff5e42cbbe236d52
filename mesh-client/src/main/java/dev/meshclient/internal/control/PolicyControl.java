package dev.meshclient.internal.control;

import dev.meshclient.internal.pipeline.ActivationSteps;
import dev.meshclient.internal.pipeline.AppliedPolicy;
import dev.meshclient.internal.pipeline.CurrentState;
import dev.meshclient.internal.pipeline.MeshState;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.version.VersionOrder;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which document is accepted, which parts of it come into force, and when a service that no document lists is dropped.
 */
public final class PolicyControl {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.policy");

    private static final long DROP_AGAIN_NANOS = 60_000_000_000L;

    private final CurrentState current;
    private final Time time;
    private final long staleNanos;
    private final VersionOrder order = new VersionOrder();

    private @Nullable PolicyDocument document;
    private @Nullable PolicyDocument ordered; // the last one that the order has recorded
    private Observer observer = new Observer() {};
    private volatile Runnable afterDrop = () -> {};
    private Time.@Nullable Timer nextStale;
    private volatile @Nullable IOException failedStep;
    private @Nullable Applied missed; // by the observer, since it failed
    private boolean observed; // a policy, by the observer
    private boolean closed;

    /** Observes the results of documents. */
    public interface Observer {
        /** @param first whether there was no policy before */
        default void inForce(AppliedPolicy policy, Applied what, boolean first) {}

        /** There is no newer policy for this reason. */
        default void failed(IOException problem) {}

        /** Follows the calls above, which hold locks; this one holds none and may notify listeners. */
        default void unlocked() {}
    }

    /** @param staleTtl how long a service is kept that documents do not list any more; 0 = it is not kept */
    public PolicyControl(CurrentState current, Time time, Duration staleTtl) {
        this.current = current;
        this.time = time;
        this.staleNanos = Time.nanos(staleTtl);
    }

    /** There is one observer, set before the first document. */
    public void observer(Observer observer) {
        this.observer = observer;
    }

    /** The state that calls use. */
    public CurrentState current() {
        return current;
    }

    /** Whether a policy is in force. */
    public boolean isReady() {
        return current.now() != MeshState.NONE;
    }

    /** The revision of the policy in force; empty before the first. */
    public String revision() {
        return current.now().revision();
    }

    /** The policy in force, and refused parts with their problems. */
    public Status status(String source) {
        return new StatusReport(current.now(), current.recent(), current.workload(), time.now(), staleNanos)
                .status(source);
    }

    /**
     * Puts a document in force with all its good services. Running calls keep the policy that they began with.
     *
     * @throws PolicyException if the document is older than one that was in force; nothing changes
     */
    public synchronized Applied apply(PolicyDocument read) throws PolicyException {
        PolicyProblem problem = order.problem(read.policy().metadata());
        if (problem != null) {
            throw new PolicyException(List.of(problem));
        }
        PolicyDocument last = document;
        PolicyDocument next = last == null ? read : read.sharing(last);
        if (next.equals(last)) {
            inForce(failedStep == null ? new ActivationSteps(revision()) : put(applied()), Applied.NOTHING_NEW);
            return Applied.NOTHING_NEW;
        }
        Metadata metadata = next.policy().metadata();
        Applied what = differs(ordered, next) && order.isAgain(metadata) ? Applied.SAME_VERSION : Applied.IN_FORCE;
        AppliedPolicy merged = LastGoodMerge.after(applied(), next, time.now());
        boolean isTaken = VersionOrder.isTaken(
                next.policy(),
                merged.refused().keySet(),
                merged.outboundTrafficPolicy() != applied().outboundTrafficPolicy());
        ActivationSteps steps = put(merged);
        if (isTaken) {
            order.applied(metadata);
            ordered = next;
        }
        document = next;
        inForce(steps, what);
        return what;
    }

    /** If the observer failed before, it now observes what it has missed. */
    private void inForce(ActivationSteps steps, Applied what) {
        Applied unobserved = missed == null || what != Applied.NOTHING_NEW ? what : missed;
        missed = unobserved;
        steps.run("claim its hosts and wake the calls that wait for it", () -> {
            observer.inForce(applied(), unobserved, !observed);
            observed = true;
            missed = null;
        });
        failedStep = steps.problem();
    }

    /**
     * Puts the policy of the time before a restart in force again.
     *
     * @param versions documents that newer ones must not precede
     * @return whether it is in force; false after the first document
     */
    public synchronized boolean resume(AppliedPolicy left, List<Metadata> versions) {
        if (isReady()) {
            return false;
        }
        ActivationSteps steps = put(left);
        versions.forEach(order::applied);
        inForce(steps, Applied.IN_FORCE);
        return true;
    }

    /** The failed step of the activation of the policy in force; null: none. */
    public @Nullable IOException failedStep() {
        return failedStep;
    }

    /** There is no newer policy for this reason. */
    public void failed(IOException problem) {
        observer.failed(problem);
    }

    /** Called by the feed after it has released its locks. */
    void unlocked() {
        observer.unlocked();
    }

    /** The state of each service. */
    public AppliedPolicy applied() {
        return current.now().policy();
    }

    /** The versions that no document may precede, as {@code VersionOrder.remembered()} states them. */
    public synchronized List<Metadata> order() {
        return order.remembered();
    }

    long staleNanos() {
        return staleNanos;
    }

    /** Sets an action to run, without a lock, after services were dropped that documents had not listed for the stale time. */
    void onDropped(Runnable run) {
        afterDrop = run;
    }

    /** Of an earlier process only the version is known; parts of one version differ anyway. */
    private static boolean differs(@Nullable PolicyDocument one, PolicyDocument other) {
        return one != null
                && !one.equals(other)
                && Objects.equals(
                        one.policy().metadata().scope(),
                        other.policy().metadata().scope());
    }

    private ActivationSteps put(AppliedPolicy policy) {
        AppliedPolicy fresh = LastGoodMerge.withoutStale(policy, time.now(), staleNanos);
        Collection<Long> absentSince = fresh.absentSince().values();
        Time.Timer timer = absentSince.isEmpty() ? null : dropAt(Collections.min(absentSince) + staleNanos);
        boolean inForce = false;
        ActivationSteps steps;
        try {
            steps = current.replace(fresh);
            inForce = true;
        } finally {
            Time.Timer obsolete = inForce ? nextStale : timer;
            if (obsolete != null) {
                obsolete.cancel();
            }
        }
        nextStale = timer;
        if (fresh != policy) {
            Set<String> dropped = new HashSet<>(policy.services().keySet());
            dropped.removeAll(fresh.services().keySet());
            LOG.warn("dropped, since no document had them for {} s: {}", staleNanos / 1_000_000_000L, dropped);
        }
        return steps;
    }

    private Time.Timer dropAt(long at) {
        return time.startAt(at, "stale services", this::dropStale);
    }

    private void dropStale() {
        synchronized (this) {
            if (closed) {
                return;
            }
            try {
                ActivationSteps steps = put(applied());
                if (missed != null) {
                    inForce(steps, missed);
                }
                failedStep = steps.problem();
            } catch (RuntimeException | Error e) {
                String failure =
                        "policy " + revision() + " is in force, but services that no document lists could not be"
                                + " dropped; trying again in 60 s";
                LOG.error("{}", failure, e);
                failedStep = new IOException(failure + ": " + e, e);
                nextStale = dropAt(time.now() + DROP_AGAIN_NANOS);
                return;
            }
        }
        afterDrop.run();
    }

    /** Stops dropping services and resolving names. */
    public void close() {
        synchronized (this) {
            closed = true;
            if (nextStale != null) {
                nextStale.cancel();
            }
        }
        current.close();
    }
}
