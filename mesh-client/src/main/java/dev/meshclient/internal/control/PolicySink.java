package dev.meshclient.internal.control;

import dev.meshclient.MeshStatus;
import dev.meshclient.internal.pipeline.AppliedPolicy;
import dev.meshclient.internal.source.Delivery;
import dev.meshclient.internal.text.ExceptionText;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.PolicyException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts delivered documents in force; records how current the policy is and the problems since. Call it from one thread at a
 * time.
 */
public final class PolicySink {
    private final PolicyControl control;
    private final Runnable applied;
    private final Time time;
    private final DocumentLog log;
    private Consumer<MeshStatus.From> confirmed = from -> {};
    private volatile SourceReport report = new SourceReport(null, 0, null, 0, 0);

    /** The last facts of a source about the policy in force, and the problems since; times are of the mesh's clock. */
    private record SourceReport(
            MeshStatus.@Nullable From from,
            long confirmedAt,
            @Nullable IOException problem,
            long problemAt,
            long failingSince) {
        /** As {@code confirmedAt}: the source holds the document in this process. */
        static final long HELD = Long.MAX_VALUE;

        long age(long now) {
            if (confirmedAt == HELD) {
                return problem == null ? 0 : now - failingSince;
            }
            return now - confirmedAt;
        }

        SourceReport confirmed(long at) {
            return new SourceReport(MeshStatus.From.LIVE, at, null, 0, 0);
        }

        /** A snapshot in force, or a document with a part that is not live, does not end the source's problem. */
        SourceReport resumed(MeshStatus.From where, long at) {
            return new SourceReport(where, at, problem, problemAt, failingSince);
        }

        /** Another one of several sources keeps failing. */
        SourceReport failing(IOException said, long now) {
            return said.equals(problem) ? this : failed(said, now);
        }

        SourceReport failed(IOException said, long at) {
            return new SourceReport(from, confirmedAt, said, at, problem == null ? at : failingSince);
        }
    }

    /** @param applied runs when a document is in force */
    public PolicySink(PolicyControl control, Runnable applied, Time time) {
        this(control, applied, time, LoggerFactory.getLogger("dev.meshclient.policy"));
    }

    PolicySink(PolicyControl control, Runnable applied, Time time, Logger log) {
        this.control = control;
        this.applied = applied;
        this.time = time;
        this.log = new DocumentLog(log);
    }

    /** Sets the consumer of the policy's origin, before the first document; it runs when a policy is in force or confirmed. */
    public void onConfirmed(Consumer<MeshStatus.From> consumer) {
        confirmed = consumer;
    }

    /** Every document of every source passes through this method. */
    synchronized Applied deliver(Delivery delivery) throws IOException {
        String before = control.revision();
        Applied what = control.apply(delivery.document());
        applied.run();
        if (what != Applied.NOTHING_NEW) {
            log.inForce(delivery.document(), control.applied(), before, what == Applied.SAME_VERSION);
        }
        Instant confirmedAt = delivery.confirmed();
        long at = confirmedAt == null ? SourceReport.HELD : at(confirmedAt);
        IOException failing = delivery.failing();
        MeshStatus.From from = delivery.live() || report.from == null ? MeshStatus.From.LIVE : report.from;
        SourceReport next = delivery.live() && failing == null ? report.confirmed(at) : report.resumed(from, at);
        report = failing == null ? next : next.failing(failing, time.now());
        confirmed.accept(from);
        return what;
    }

    /**
     * Puts the snapshot of an earlier process in force again.
     *
     * @return whether it is in force; false if a document was faster
     */
    synchronized boolean resume(Snapshot snapshot, MeshStatus.From freshness) {
        AppliedPolicy left = snapshot.applied(time.now(), time.wall().instant(), control.staleNanos());
        if (!control.resume(left, snapshot.order())) {
            return false;
        }
        applied.run();
        report = report.resumed(freshness, at(snapshot.confirmed()));
        confirmed.accept(freshness);
        return true;
    }

    private long at(Instant confirmed) {
        Duration age = Duration.between(confirmed, time.wall().instant());
        return time.now() - (age.isNegative() ? 0 : Time.nanos(age));
    }

    synchronized void confirmed() {
        report = report.confirmed(time.now());
        confirmed.accept(MeshStatus.From.LIVE);
    }

    synchronized void failed(IOException problem) {
        control.failed(problem);
        report = report.failed(problem, time.now());
        log.failed(problem, control.revision(), time.now());
    }

    /** How current the policy in force is; null: there is none. */
    MeshStatus.@Nullable Freshness freshness() {
        SourceReport last = report;
        return last.from == null ? null : new Status.FreshnessFacts(last.from, Duration.ofNanos(last.age(time.now())));
    }

    /** The problem since the policy in force was confirmed, or of its activation; null: none. */
    MeshStatus.@Nullable Problem problem() {
        SourceReport last = report;
        if (last.problem != null) {
            return problem(last.problem, last.problemAt, last.failingSince);
        }
        IOException failedStep = control.failedStep();
        long appliedAt = control.applied().appliedAt();
        return failedStep == null ? null : problem(failedStep, appliedAt, appliedAt);
    }

    private MeshStatus.Problem problem(IOException said, long at, long since) {
        PolicyException refusal = DocumentLog.refusal(said);
        return new Status.ProblemFacts(
                ExceptionText.of(said),
                Duration.ofNanos(time.now() - at),
                Duration.ofNanos(time.now() - since),
                refusal == null ? List.of() : refusal.problems());
    }
}
