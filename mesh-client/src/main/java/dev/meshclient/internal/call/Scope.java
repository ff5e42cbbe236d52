package dev.meshclient.internal.call;

import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The lifetime that a call and its attempts share: waiting, cancellation, and release at the end. */
public abstract sealed class Scope<R extends Scope.Rare> permits Call, Attempt {
    /** Replaces the actions once the scope ends. */
    private enum End implements Runnable {
        OVER;

        @Override
        public void run() {}
    }

    private long startedAt;
    private @Nullable Runnable ending;
    private volatile @Nullable R rare;

    /**
     * Fields that most calls and attempts never need. The scope's lock guards them; volatile fields may be read without it.
     */
    static class Rare {
        private @Nullable Signal signal;
        private Outcome cancelledAs = Outcome.CANCELLED; // written before the cause
        private volatile @Nullable IOException cancelCause;
        /** Of a call: the failure that its caller gets instead of a response. Of an attempt: the failure of its body. */
        volatile @Nullable IOException failure;
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

    /**
     * The time now, for a layer on the way to the wire. It is the time of the start, without another reading of the clock, if nothing
     * took time since: no wait, no observer.
     */
    public final long nowOrStart() {
        return hasTakenTime() ? now() : startedAt;
    }

    boolean hasTakenTime() {
        return rare != null; // its signal, observer or remark
    }

    final synchronized R rare() {
        R known = rare;
        if (known == null) {
            known = newRare();
            rare = known;
        }
        return known;
    }

    abstract R newRare();

    final @Nullable R rareIfAny() {
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
            if (ending != End.OVER) {
                keep(action);
                return;
            }
        }
        action.run();
    }

    private void keep(Runnable action) {
        if (ending == null) {
            ending = action;
        } else if (!(ending instanceof EndAction first) || !first.runsFirst(action)) {
            ending = new Endings(action, ending);
        }
    }

    private record Endings(Runnable last, Runnable earlier) implements Runnable {
        @Override
        public void run() {
            try {
                last.run();
            } finally { // what one throws keeps no other from releasing
                earlier.run();
            }
        }
    }

    /** Ends this, its body included. A second call is ignored. */
    public final void over() {
        Runnable actions;
        synchronized (this) {
            actions = close();
        }
        end(actions);
    }

    /** Under the lock: keeps no further action. @return the actions for {@link #end} */
    final @Nullable Runnable close() {
        Runnable actions = ending;
        ending = End.OVER;
        return actions;
    }

    /** Without the lock: runs the actions. No effect if it has ended already. */
    final void end(@Nullable Runnable actions) {
        if (actions == End.OVER) {
            return;
        }
        try {
            if (actions != null) {
                actions.run();
            }
        } finally {
            ended();
        }
    }

    /** The actions have run. */
    abstract void ended();

    /** Whether it has ended, its body included. */
    public final synchronized boolean isOver() {
        return ending == End.OVER;
    }
}
