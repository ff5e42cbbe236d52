package dev.meshclient.internal.call;

import dev.meshclient.Decision;
import dev.meshclient.MeshOptions;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * A call, or one attempt of it (a child). It is the only place to wait: cancelling it ends every wait below with the cause
 * given. The engine extends it, to reach the wire; a simulation uses it as it is.
 */
public class CallContext implements Decision.Source {
    protected final Time time;
    private final @Nullable CallContext parent;
    private final MeshOptions options;
    private final Request request;
    private final int number;
    private final long startedAt;

    private long deadline = Time.NEVER;
    private @Nullable Target target;
    private @Nullable Endpoint endpoint;
    private @Nullable CallContext latest;
    private final @Nullable CallContext previous;

    private volatile @Nullable Outcome outcome; // written last: whoever sees it sees the three below
    private int status;
    private @Nullable IOException failure;
    private long decidedAt;
    private boolean alternative;
    private @Nullable Choice choice;
    private boolean probe;
    private long sentBytes;
    private long receivedBytes;
    private @Nullable String note;
    private @Nullable String authorization;

    private Outcome cancelledAs = Outcome.CANCELLED; // written before cancelled
    private volatile @Nullable IOException cancelled;
    private @Nullable Signal signal;
    private int open;
    private boolean returned;
    private boolean over;
    private @Nullable Ending firstEnding;
    private @Nullable Ending secondEnding;
    private @Nullable List<Ending> moreEndings;

    /** A call. */
    public CallContext(Time time, Request request, MeshOptions options) {
        this.time = time;
        this.parent = null;
        this.options = options;
        this.request = request;
        this.number = 0;
        this.previous = null;
        this.startedAt = time.now();
        Duration asked = options.timeout();
        if (asked != null) {
            this.deadline = startedAt + Time.nanos(asked);
        }
    }

    /** An attempt of the call. */
    protected CallContext(CallContext parent) {
        this.time = parent.time;
        this.parent = parent;
        this.options = parent.options;
        this.request = parent.request;
        this.number = parent.attempts() + 1;
        this.previous = parent.latest;
        this.startedAt = time.now();
        this.deadline = parent.deadline;
        this.target = parent.target;
    }

    // ---- what it is about

    public final Request request() {
        return request;
    }

    public final MeshOptions options() {
        return options;
    }

    /** 0 for a call, from 1 for its attempts. */
    public final int number() {
        return number;
    }

    /** How many attempts the call has had so far. */
    public final int attempts() {
        return latest == null ? 0 : latest.number;
    }

    /** The attempt before this one, or null. */
    public final @Nullable CallContext previous() {
        return previous;
    }

    /** The latest attempt of this call, or null. */
    public final @Nullable CallContext latest() {
        return latest;
    }

    public final long startedAt() {
        return startedAt;
    }

    /** When the whole call must be over; {@link Time#NEVER} if it need not. */
    public final long deadline() {
        return deadline;
    }

    /** Only ever nearer. */
    public final void deadline(long at) {
        deadline = Math.min(deadline, at);
    }

    /** Null until the route layer has chosen. */
    public final @Nullable Target target() {
        return target;
    }

    public final void target(Target chosen) {
        target = chosen;
    }

    /** Null until the balance layer has chosen, and for a service whose endpoints are not listed. */
    public final @Nullable Endpoint endpoint() {
        return endpoint;
    }

    public final void endpoint(Endpoint chosen) {
        endpoint = chosen;
    }

    // ---- what became of it

    /** Null while it is not known. */
    public final @Nullable Outcome outcome() {
        return outcome;
    }

    /** Of the response; 0 if there is none. */
    public final int status() {
        return status;
    }

    /** What the network said, or null. */
    public final @Nullable IOException failure() {
        return failure;
    }

    public final long decidedAt() {
        return decidedAt;
    }

    /** A response is in hand. */
    public final void responded(int code) {
        decided(Outcome.RESPONSE, code, null);
    }

    /** A response is in hand that no peer gave. */
    public final void cached(int code) {
        decided(Outcome.CACHED, code, null);
    }

    /** There will be no response. */
    public final void failed(Outcome why, IOException e) {
        decided(why, 0, e);
    }

    /** The mesh itself refuses it; nobody was asked. */
    public final void refused() {
        decided(Outcome.REFUSED, 0, null);
    }

    private void decided(Outcome what, int code, @Nullable IOException e) {
        status = code;
        failure = e;
        decidedAt = time.now();
        outcome = what;
    }

    /** Whether another endpoint, untried, could have taken this attempt. */
    public final boolean hasAlternative() {
        return alternative;
    }

    public final void alternative(boolean exists) {
        alternative = exists;
    }

    /** Who is left for a further attempt; where nobody chooses, there always is somebody. */
    public final Choice.Left left() {
        return choice == null ? Choice.Left.ALWAYS_SOMEBODY : choice.after(this);
    }

    /** Whom to ask that; null: not to be told now. */
    public final void choice(@Nullable Choice by) {
        choice = by;
    }

    /** Whether this attempt decides if its endpoint comes back. */
    public final boolean isProbe() {
        return probe;
    }

    public final void probe(boolean decides) {
        probe = decides;
    }

    /** Of the request's body, if it ended. */
    public final long sentBytes() {
        return sentBytes;
    }

    /** For the engine: what the wire took. */
    public final void sent(long bytes) {
        sentBytes = bytes;
    }

    /** Of the response's body, as it came, if it ended. */
    public final long receivedBytes() {
        return receivedBytes;
    }

    /** For the engine: what the wire brought. */
    public final void received(long bytes) {
        receivedBytes = bytes;
    }

    /** Adds a remark to the decision: why there was no further attempt, for instance. */
    public final void note(String remark) {
        if (parent != null) {
            parent.note(remark);
        } else {
            note = remark;
        }
    }

    /** Now, on the clock of everything that is timed here. */
    public final long now() {
        return time.now();
    }

    /** An {@code Authorization} header that this attempt is sent with, in the place of the request's; over TLS or not at all. */
    public final void authorization(String header) {
        authorization = header;
    }

    /** Null: the request is sent with its own, if it has one. */
    public final @Nullable String authorization() {
        return authorization;
    }

    // ---- waiting and cancelling

    /** Waits until raised (true) or until the time (false); throws the cause once cancelled. */
    public final boolean await(long until) throws IOException {
        throwIfCancelled();
        boolean raised = signal().await(until);
        throwIfCancelled();
        return raised;
    }

    /** Waits the time out, whatever is raised meanwhile. */
    public final void pause(long nanos) throws IOException {
        long until = time.now() + nanos;
        while (time.now() < until) {
            await(until);
        }
    }

    /** Wakes whoever waits on this context: it looks at its own condition again. */
    public final void raise() {
        signal().raise();
    }

    private synchronized Signal signal() {
        if (signal == null) {
            signal = time.signal("call");
            if (cancelled != null) { // before there was a signal to raise
                signal.raise();
            }
        }
        return signal;
    }

    /** Ends the call or the attempt, for a reason that is nobody's failure; the first cause counts. */
    public final void cancel(IOException cause) {
        cancel(cause, Outcome.CANCELLED);
    }

    /** As {@link #cancel(IOException)}, with what this makes of the attempts that it ends. */
    public final void cancel(IOException cause, Outcome as) {
        List<CallContext> running = List.of();
        synchronized (this) {
            if (cancelled != null || over) {
                return;
            }
            cancelledAs = as;
            cancelled = cause;
            if (signal != null) {
                signal.raise();
            }
            for (CallContext attempt = latest; attempt != null; attempt = attempt.previous) {
                if (running.isEmpty()) {
                    running = new ArrayList<>(2);
                }
                running.add(attempt);
            }
        }
        for (CallContext attempt : running) {
            attempt.cancel(cause, as);
        }
        cancelled(cause);
        if (parent != null) {
            over();
        }
    }

    /** For the engine: ends what runs on the wire. */
    protected void cancelled(IOException cause) {}

    /** Why it was cancelled, or null. */
    public final @Nullable IOException cancelCause() {
        return cancelled;
    }

    /** What being cancelled makes of an attempt. */
    public final Outcome cancelledAs() {
        return cancelledAs;
    }

    public final void throwIfCancelled() throws IOException {
        IOException cause = cancelled;
        if (cause != null) {
            throw cause;
        }
    }

    // ---- attempts and the end

    /** Begins an attempt: cancelled with this call, but not the other way round. */
    public final CallContext attempt() throws IOException {
        synchronized (this) {
            throwIfCancelled();
            CallContext attempt = newAttempt();
            latest = attempt;
            open++;
            return attempt;
        }
    }

    /** For the engine: its own kind of attempt. */
    protected CallContext newAttempt() {
        return new CallContext(this);
    }

    /** Lets the layer hold something until this is over; told at once if it is over already. The last to ask is told first. */
    public final void onEnd(Ending ending) {
        synchronized (this) {
            if (!over) {
                if (firstEnding == null) {
                    firstEnding = ending;
                } else if (secondEnding == null) {
                    secondEnding = ending;
                } else {
                    if (moreEndings == null) {
                        moreEndings = new ArrayList<>(2);
                    }
                    moreEndings.add(ending);
                }
                return;
            }
        }
        ending.ended(this);
    }

    /** This attempt is over, its body included; later words are ignored. Said by whoever runs it. */
    public final void over() {
        Ending first;
        Ending second;
        List<Ending> more;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            first = firstEnding;
            second = secondEnding;
            more = moreEndings == null ? List.of() : moreEndings;
        }
        for (int i = more.size() - 1; i >= 0; i--) {
            more.get(i).ended(this);
        }
        if (second != null) {
            second.ended(this);
        }
        if (first != null) {
            first.ended(this);
        }
        ended();
        if (parent != null) {
            parent.attemptOver();
        }
    }

    /** For the engine: this is over, its body included, and the layers were told. */
    protected void ended() {}

    /** Whether it is over, its body included. */
    public final synchronized boolean isOver() {
        return over;
    }

    private void attemptOver() {
        synchronized (this) {
            open--;
            if (open > 0 || !returned) {
                return;
            }
        }
        over();
    }

    /**
     * Sends the call through the layers. It is over when they have returned and the last attempt is over; if they throw,
     * whatever it is, nobody has a body to read, and everything is over.
     */
    public final Response run(Layer layers) throws IOException {
        boolean answered = false;
        try {
            Response response = layers.call(this);
            answered = true;
            return response;
        } finally {
            for (CallContext attempt = answered ? null : latest; attempt != null; attempt = attempt.previous) {
                attempt.over();
            }
            boolean done;
            synchronized (this) {
                returned = true;
                done = open == 0;
            }
            if (done) {
                over();
            }
        }
    }

    // ---- why

    /** What was decided so far, for people. Not for the hot path. */
    @Override
    public final Decision decision() {
        if (parent != null) {
            return parent.decision();
        }
        List<Decision.Attempt> list = new ArrayList<>();
        for (CallContext attempt = latest; attempt != null; attempt = attempt.previous) {
            list.add(attempt.asAttempt());
        }
        Collections.reverse(list);
        Target chosen = target;
        String remark = note == null ? "" : note;
        return chosen == null
                ? new Decision("", "", "", "", List.copyOf(list), remark)
                : new Decision(
                        chosen.policy(),
                        chosen.service(),
                        chosen.rule(),
                        chosen.backend().name(),
                        List.copyOf(list),
                        remark);
    }

    /** This attempt, for people. Not for the hot path. */
    public final Decision.Attempt asAttempt() {
        Outcome what = outcome;
        IOException e = failure;
        Endpoint to = endpoint;
        return new Decision.Attempt(
                number,
                to == null ? "" : to.name(),
                to == null ? "" : to.locality().zone(),
                what == null ? "running" : what.word(),
                status,
                Duration.ofNanos((what == null ? time.now() : decidedAt) - startedAt),
                e == null ? null : e.toString());
    }
}
