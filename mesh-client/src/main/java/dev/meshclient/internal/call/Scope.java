package dev.meshclient.internal.call;

import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import dev.meshclient.telemetry.CallObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The lifetime that a call and its attempts share: waiting, cancellation, and release at the end. */
public abstract sealed class Scope permits Call, Attempt {
    /** Replaces the first action once the scope ends. */
    private enum End implements Runnable {
        OVER;

        @Override
        public void run() {}
    }

    private long startedAt;
    private @Nullable Runnable firstEnding;
    private @Nullable Runnable secondEnding;
    private volatile @Nullable Rare rare;

    /** Fields that most calls and attempts never need. The scope's lock guards them; volatile fields may be read without it. */
    static final class Rare {
        private @Nullable Signal signal;
        private @Nullable List<Runnable> moreEndings;
        private Outcome cancelledAs = Outcome.CANCELLED; // written before the cause
        private volatile @Nullable IOException cancelCause;
        private volatile @Nullable CallRemarks remarks;
        /** Of an attempt: a remark on the choice of its endpoint. */
        volatile @Nullable String note;
        /** Of an attempt: how it repeats the attempt before. */
        volatile @Nullable Repeat repeat;
        /** Of a call: the failure that its caller gets instead of a response. Of an attempt: the failure of its body. */
        volatile @Nullable IOException failure;
        /** Of an attempt: its failure, if another call may have it too. */
        volatile @Nullable IOException sharedFailure;
        /** Of a call: the one of several attempts side by side that has its result. */
        volatile @Nullable Attempt deciding;
        /** Of a call: its observer. */
        volatile @Nullable CallObserver observer;
        /** Of a call: the observers of all calls. */
        volatile @Nullable Observers observers;
        /** Of a call: the attempts of the caller's call before it. */
        int resends;
        /** Of an attempt: the headers that observers set. */
        @Nullable
        ObserverHeaders headers;
        /** Of an attempt: the header that the policy adds. */
        volatile @Nullable String authorization;

        /** Of a call: what its decision states beside its attempts. */
        synchronized CallRemarks remarks() {
            CallRemarks known = remarks;
            if (known == null) {
                known = new CallRemarks();
                remarks = known;
            }
            return known;
        }

        /** Null: there are none. */
        @Nullable
        CallRemarks remarksIfAny() {
            return remarks;
        }
    }

    Scope(long startedAt) {
        this.startedAt = startedAt;
    }

    /** The clock of all layers. */
    abstract Time time();

    /** Starts now, after it was made. */
    final void start() {
        startedAt = now();
    }

    /** The time on the clock of all layers. */
    public final long now() {
        return time().now();
    }

    public final long startedAt() {
        return startedAt;
    }

    final synchronized Rare rare() {
        Rare known = rare;
        if (known == null) {
            known = new Rare();
            rare = known;
        }
        return known;
    }

    final @Nullable Rare rareIfAny() {
        return rare;
    }

    // ---- waiting

    /** Waits until raised (true) or until the time (false); throws the cause after a cancellation. */
    public final boolean await(long until) throws IOException {
        throwIfCancelled();
        boolean raised = signal().await(until);
        throwIfCancelled();
        return raised;
    }

    /** Waits for the whole time, even if raised. */
    public final void pause(long nanos) throws IOException {
        long until = now() + nanos;
        while (now() < until) {
            await(until);
        }
    }

    /** Wakes the thread that waits on this scope: it checks its own condition again. */
    public final void raise() {
        signal().raise();
    }

    private synchronized Signal signal() {
        Rare here = rare();
        Signal signal = here.signal;
        if (signal == null) {
            signal = time().signal("call");
            here.signal = signal;
            if (here.cancelCause != null) { // cancelled before there was a signal to raise
                signal.raise();
            }
        }
        return signal;
    }

    // ---- cancelling

    /** Cancels it for a reason that is no failure of the peer; the first cause counts. */
    public final void cancel(IOException cause) {
        cancel(cause, Outcome.CANCELLED);
    }

    /** As {@link #cancel(IOException)}, with the outcome of the attempts that it cancels. */
    public final void cancel(IOException cause, Outcome as) {
        synchronized (this) {
            if (isOver() || cancelCause() != null) {
                return;
            }
            Rare here = rare();
            here.cancelledAs = as;
            here.cancelCause = cause;
            if (here.signal != null) {
                here.signal.raise();
            }
        }
        cancelled(cause, as);
    }

    /** Cancels the lower scopes. */
    abstract void cancelled(IOException cause, Outcome as);

    /** The cause of its cancellation, or null. */
    public final @Nullable IOException cancelCause() {
        Rare here = rare;
        return here == null ? null : here.cancelCause;
    }

    /** The outcome of a cancelled attempt. */
    public final Outcome cancelledAs() {
        Rare here = rare;
        return here == null ? Outcome.CANCELLED : here.cancelledAs;
    }

    public final void throwIfCancelled() throws IOException {
        IOException cause = cancelCause();
        if (cause != null) {
            throw cause;
        }
    }

    // ---- the end

    /**
     * Runs the action once, on any thread, when this ends: read completely, closed, failed, cancelled or timed out, whichever
     * is first; at once if it has ended already. The last action runs first.
     */
    public final void onEnd(Runnable action) {
        synchronized (this) {
            if (firstEnding != End.OVER) {
                keep(action);
                return;
            }
        }
        action.run();
    }

    private void keep(Runnable action) {
        if (firstEnding == null) {
            firstEnding = action;
        } else if (secondEnding == null) {
            secondEnding = action;
        } else {
            Rare here = rare();
            if (here.moreEndings == null) {
                here.moreEndings = new ArrayList<>(2);
            }
            here.moreEndings.add(action);
        }
    }

    /** Ends this, its body included. A second call is ignored. */
    public final void over() {
        Runnable first;
        List<Runnable> more;
        synchronized (this) {
            if (firstEnding == End.OVER) {
                return;
            }
            first = firstEnding;
            firstEnding = End.OVER;
            Rare here = rare;
            more = here == null || here.moreEndings == null ? List.of() : here.moreEndings;
        }
        for (int i = more.size() - 1; i >= 0; i--) {
            more.get(i).run();
        }
        run(secondEnding);
        run(first);
        ended();
    }

    private static void run(@Nullable Runnable ending) {
        if (ending != null) {
            ending.run();
        }
    }

    /** The actions have run. */
    abstract void ended();

    /** Whether it has ended, its body included. */
    public final synchronized boolean isOver() {
        return firstEnding == End.OVER;
    }
}
