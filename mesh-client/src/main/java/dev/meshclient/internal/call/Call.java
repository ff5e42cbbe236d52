package dev.meshclient.internal.call;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.Decision;
import dev.meshclient.MeshFailure;
import dev.meshclient.MeshOptions;
import dev.meshclient.internal.time.Time;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Consumer;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** One request through the mesh, with all its attempts. */
public final class Call extends Scope<Call.Rare> implements CallInfo {
    /** For a call that is not sent. */
    public static final Wire NOT_ENTERED = attempt -> {
        throw new IllegalStateException("the call has not entered the mesh");
    };

    // One thread writes these, or the lock orders the writes: a lazy write publishes them, and waits for no other.
    private static final AtomicLongFieldUpdater<Call> DEADLINE =
            AtomicLongFieldUpdater.newUpdater(Call.class, "deadline");
    private static final AtomicReferenceFieldUpdater<Call, Target> TARGET =
            AtomicReferenceFieldUpdater.newUpdater(Call.class, Target.class, "target");
    private static final AtomicReferenceFieldUpdater<Call, Attempt> LATEST =
            AtomicReferenceFieldUpdater.newUpdater(Call.class, Attempt.class, "latest");

    private final Time time;
    private volatile Request request;
    private MeshOptions options;
    private Wire wire;
    private volatile long deadline = Time.NEVER;
    private volatile @Nullable Target target;
    private volatile @Nullable Attempt latest;
    private int open = 1; // the layers until they return, and each attempt until it ends

    /** Fields that most calls never need. */
    static final class Rare extends Scope.Rare {
        private volatile @Nullable CallRemarks remarks;
        private volatile @Nullable NoRetry noRetry;
        /** The one of several attempts side by side that has the result. */
        private volatile @Nullable Attempt deciding;

        private volatile @Nullable CallObserver observer;
        private volatile @Nullable Observers observers;
        /** The attempts of the caller's call before this one. */
        private int resends;

        synchronized CallRemarks remarks() {
            CallRemarks known = remarks;
            if (known == null) {
                known = new CallRemarks();
                remarks = known;
            }
            return known;
        }
    }

    @Override
    Rare newRare() {
        return new Rare();
    }

    /** A call that the caller makes and that may enter the mesh: observers see it from here on. */
    public Call(Time time, Request request) {
        super(time.now());
        this.time = time;
        this.request = request;
        this.options = MeshOptions.DEFAULT;
        this.wire = NOT_ENTERED;
    }

    /** A call that enters the mesh now. */
    public Call(Time time, Request request, MeshOptions options, Wire wire) {
        super(time.now());
        this.time = time;
        this.request = request;
        this.options = options;
        this.wire = wire;
        limit(options);
    }

    /** Enters the mesh, perhaps with another request: an interceptor above the mesh may have changed it. */
    public void enter(Request request, MeshOptions options, Wire wire) {
        start();
        this.request = request;
        this.options = options;
        this.wire = wire;
        limit(options);
    }

    private void limit(MeshOptions options) {
        Duration asked = options.timeout();
        if (asked != null) {
            deadline = startedAt() + Time.nanos(asked);
        }
    }

    /** Records how many attempts the caller's call made before it entered the mesh again, as by a redirect. */
    public void resends(int before) {
        if (before > 0) {
            rare().resends = before;
        }
    }

    int resends() {
        Rare rare = rareIfAny();
        return rare == null ? 0 : rare.resends;
    }

    @Override
    Time time() {
        return time;
    }

    @Override
    boolean hasTakenTime() {
        return latest != null || super.hasTakenTime();
    }

    @Override
    public Request request() {
        return request;
    }

    public MeshOptions options() {
        return options;
    }

    /** Sends its attempts. */
    public Wire wire() {
        return wire;
    }

    /** As {@link Wire#cookies}. */
    public String cookies() {
        return wire.cookies(this);
    }

    /** Sends health checks as this call is sent; null: its wire sends none. */
    public @Nullable CheckWire checks() {
        return wire.checks();
    }

    /** Whether an attempt that got no response may be repeated, as far as the caller's client is concerned. */
    public boolean repeatsUnanswered() {
        return wire.repeatsUnanswered();
    }

    /** The deadline of the call; {@link Time#NEVER} if it has none. */
    public long deadline() {
        return deadline;
    }

    /** Sets the deadline if it is earlier than the current one. Only on the thread of the call. */
    public void deadline(long at) {
        if (at < deadline) {
            DEADLINE.lazySet(this, at);
        }
    }

    /** Null until the route layer has chosen the target. */
    public @Nullable Target target() {
        return target;
    }

    /** A call with the same request and options to this target, for an explanation. */
    public Call to(Target chosen) {
        Call copy = new Call(time, request, options, NOT_ENTERED);
        copy.target = chosen;
        return copy;
    }

    /** Called once, by the route layer. */
    public void target(Target chosen) {
        TARGET.lazySet(this, chosen);
    }

    // ---- attempts

    /** Begins an attempt; cancelling this call cancels it, but not the other way round. Only for retry and hedge. */
    public Attempt beginAttempt() throws IOException {
        synchronized (this) {
            throwIfCancelled();
            Attempt attempt = new Attempt(this, latest);
            LATEST.lazySet(this, attempt);
            open++;
            Rare rare = rareIfAny();
            if (rare != null) {
                rare.deciding = null;
            }
            return attempt;
        }
    }

    /** Begins an attempt that repeats the latest. */
    public Attempt beginAttempt(Repeat how) throws IOException {
        Attempt attempt = beginAttempt();
        attempt.repeats(how);
        return attempt;
    }

    /** Begins an attempt beside those that run. */
    public Attempt beginHedge(Repeat why) throws IOException {
        return beginAttempt(why);
    }

    /** Another thread runs layers of this call: the call does not end before {@link #layersReturned}. */
    public synchronized void layersEntered() {
        open++;
    }

    /** The layers on another thread have returned. */
    public void layersReturned() {
        oneLess();
    }

    /** Records which of the attempts that ran side by side has the result of the call. Called on the thread of the call. */
    public void decided(Attempt attempt) throws IOException {
        rare().deciding = attempt;
        wire.decided(attempt);
    }

    /** The attempt whose result is that of the call: the latest, unless an earlier one was decided. Null: there is none. */
    public @Nullable Attempt deciding() {
        Rare rare = rareIfAny();
        Attempt decided = rare == null ? null : rare.deciding;
        return decided == null ? latest : decided;
    }

    /** The number of attempts so far. */
    @Override
    public int attempts() {
        Attempt last = latest;
        return last == null ? 0 : last.number();
    }

    @Override
    public @Nullable Attempt latest() {
        return latest;
    }

    /**
     * Sends the call through the layers. It ends when they have returned and the last attempt has ended. If they throw
     * anything, the caller gets no body, and everything ends.
     */
    public Response run(CallLayer layers) throws IOException {
        boolean answered = false;
        try {
            Response response = layers.call(this);
            answered = true;
            return response;
        } catch (IOException e) {
            IOException reported = wire.reported(this, e);
            failed(reported);
            throw reported;
        } catch (Throwable e) { // Kotlin may throw any
            failed(new IOException(e.toString(), e));
            throw e;
        } finally {
            try {
                forEach(answered ? null : latest, Attempt::over);
            } finally { // whatever the actions of an attempt throw
                oneLess();
            }
        }
    }

    /** The layers have returned, or an attempt has ended. */
    void oneLess() {
        Runnable actions;
        synchronized (this) {
            open--;
            if (open > 0) {
                return;
            }
            actions = close();
        }
        end(actions);
    }

    @Override
    void cancelled(IOException cause, Outcome as) {
        forEach(latest, attempt -> attempt.cancel(cause, as)); // no further attempt begins
    }

    /** This attempt, then those before it, whatever the action on one throws. */
    private static void forEach(@Nullable Attempt last, Consumer<Attempt> action) {
        if (last != null) {
            try {
                action.accept(last);
            } finally {
                forEach(last.previous(), action);
            }
        }
    }

    @Override
    void ended() {
        Rare rare = rareIfAny();
        Observers observers = rare == null ? null : rare.observers;
        try {
            if (observers != null) {
                observers.ended(this);
            }
            Target chosen = target;
            if (chosen != null) {
                chosen.meter().ended(this);
            }
            CallLog.CALLS.ended(this);
        } finally {
            wire.ended();
        }
    }

    // ---- the view of observers

    /** Called once, by the observers of all calls. */
    public void observer(CallObserver ofThis, Observers ofAll) {
        Rare rare = rare();
        rare.observer = ofThis;
        rare.observers = ofAll;
    }

    /** Null: its observation has not begun. */
    public @Nullable CallObserver observer() {
        Rare rare = rareIfAny();
        return rare == null ? null : rare.observer;
    }

    @Override
    public boolean isOfMesh() {
        return wire != NOT_ENTERED && (target != null || latest == null);
    }

    @Override
    public String service() {
        Target chosen = target;
        return chosen == null ? untargeted().service() : chosen.service();
    }

    @Override
    public String rule() {
        Target chosen = target;
        return chosen == null ? untargeted().rule() : chosen.rule();
    }

    @Override
    public String policy() {
        Target chosen = target;
        return chosen == null ? untargeted().policy() : chosen.policy();
    }

    /** The facts of a call without a target: the refusal states them, such as the service whose rules do not match. */
    private Decision untargeted() {
        return wire != NOT_ENTERED && failure() instanceof MeshFailure ours ? ours.decision() : Decision.NONE;
    }

    @Override
    public String backend() {
        Target chosen = target;
        return chosen == null ? "" : chosen.backend().name();
    }

    @Override
    public int status() {
        Attempt last = deciding();
        return last == null ? 0 : last.status();
    }

    @Override
    public long elapsedNanos() {
        return now() - startedAt();
    }

    /** Records the failure that the caller gets instead of a response. */
    public void failed(IOException e) {
        rare().failure = e;
    }

    @Override
    public @Nullable IOException failure() {
        Rare rare = rareIfAny();
        Attempt last = deciding();
        return rare != null && rare.failure != null ? rare.failure : last == null ? null : last.bodyFailure();
    }

    @Override
    public String reason() {
        IOException failure = failure();
        Attempt last = deciding();
        return failure == null
                ? ""
                : ReasonLetters.of(failure, last == null ? null : last.outcome(), cancelCause() != null);
    }

    // ---- the decision

    /** Adds a remark to the decision. */
    public void note(String remark) {
        rare().remarks().note(remark);
    }

    /** Begins a wait; until it ends, the decision states what the call waits for, and how long it has waited. */
    public void beginWait(String what) {
        rare().remarks().beginWait(what, now());
    }

    /** Ends the wait; the decision still states it, as a remark. */
    public void endWait() {
        rare().remarks().endWait(now());
    }

    /** After a wait: a call whose deadline has passed ends here, by the cancellation that is due, and nothing is sent. */
    public void throwIfLate() throws IOException {
        while (now() >= deadline()) {
            await(Time.NEVER);
        }
    }

    /** The object of the wait, and how long it lasts already; null: the call does not wait. */
    public @Nullable String waiting() {
        CallRemarks remarks = remarksIfAny();
        return remarks == null ? null : remarks.waiting(now());
    }

    /** What the decision remarks; empty: nothing. */
    String remark() {
        NoRetry none = noRetry();
        CallRemarks remarks = remarksIfAny();
        return none != null ? none.text() : remarks == null ? "" : remarks.text(now());
    }

    private @Nullable CallRemarks remarksIfAny() {
        Rare rare = rareIfAny();
        return rare == null ? null : rare.remarks;
    }

    /** Records why the mesh does not repeat the last attempt. */
    public void noRetry(NoRetry why) {
        rare().noRetry = why;
    }

    /** Why the mesh did not repeat the last attempt, which failed; null: there was nothing to repeat, or another reason. */
    public @Nullable NoRetry noRetry() {
        Rare rare = rareIfAny();
        return rare == null ? null : rare.noRetry;
    }

    /**
     * Counts and records what a section with {@code shadow: true} would have done with this call. Any thread may call it, also after
     * the end of the call, whose access line and spans then do not state it.
     *
     * @param detail why, in figures; the decision states a bounded number of them
     */
    public void recordShadow(ShadowAction action, String detail) {
        Target chosen = target;
        if (chosen != null) {
            String backend = chosen.backend().service();
            chosen.meter().shadow(action.isOfRule() ? chosen.service() : backend, action);
        }
        rare().remarks().shadow(action.inWords(detail));
    }

    @Override
    public List<String> shadow() {
        CallRemarks remarks = remarksIfAny();
        return remarks == null ? List.of() : remarks.shadow();
    }

    /** The decision so far, as readable facts. Not for the hot path. */
    @Override
    public Decision decision() {
        return decision(null);
    }

    /** As {@link #decision()}, just before an attempt gets its result: it is refused. */
    Decision decision(@Nullable Attempt refused) {
        IOException failure = failure();
        IOException cause = failure == null ? cancelCause() : failure;
        boolean isWhole = cause instanceof DeadlineExceeded || (target == null && wire != NOT_ENTERED);
        return isWhole && cause instanceof MeshFailure ours
                ? ours.decision()
                : CallDecision.of(this, Attempt.RUNNING, refused);
    }

    /** The decision of a call whose deadline expires now: the outcome of its running attempts is the deadline. */
    public Decision decisionAtDeadline() {
        return CallDecision.of(this, Outcome.DEADLINE.word(), null);
    }
}
