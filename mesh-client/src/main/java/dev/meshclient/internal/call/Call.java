package dev.meshclient.internal.call;

import dev.meshclient.Decision;
import dev.meshclient.MeshFailure;
import dev.meshclient.MeshOptions;
import dev.meshclient.internal.time.Time;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** One request through the mesh, with all of its attempts. */
public final class Call extends Scope implements CallInfo {
    private final Request request;
    private final MeshOptions options;
    private final Wire wire;
    private volatile long deadline = Time.NEVER;
    private volatile @Nullable Target target;
    private volatile @Nullable Attempt latest;
    private int open = 1; // the layers until they return, and each attempt until it is over

    /** @param wire carries its attempts */
    public Call(Time time, Request request, MeshOptions options, Wire wire) {
        super(time);
        this.request = request;
        this.options = options;
        this.wire = wire;
        Duration asked = options.timeout();
        if (asked != null) {
            deadline = startedAt() + Time.nanos(asked);
        }
    }

    @Override
    public Request request() {
        return request;
    }

    public MeshOptions options() {
        return options;
    }

    Wire wire() {
        return wire;
    }

    /** When it must be over; {@link Time#NEVER} if it need not. */
    public long deadline() {
        return deadline;
    }

    /** Only ever nearer. */
    public synchronized void deadline(long at) {
        deadline = Math.min(deadline, at);
    }

    /** Null until the route layer has chosen. */
    public @Nullable Target target() {
        return target;
    }

    /** For the route layer, once. */
    public void target(Target chosen) {
        target = chosen;
    }

    // ---- attempts

    /** Begins an attempt: it is cancelled with this call, but not the other way round. For retry and hedge alone. */
    public Attempt beginAttempt() throws IOException {
        synchronized (this) {
            throwIfCancelled();
            Attempt attempt = new Attempt(this, latest);
            latest = attempt;
            open++;
            return attempt;
        }
    }

    /** How many attempts it has had so far. */
    @Override
    public int attempts() {
        Attempt last = latest;
        return last == null ? 0 : last.number();
    }

    /** The latest attempt, or null. */
    public @Nullable Attempt latest() {
        return latest;
    }

    /**
     * Sends the call through the layers. It is over when they have returned and the last attempt is over. If they throw,
     * whatever it is, the caller has no body to read, and everything is over.
     */
    public Response run(CallLayer layers) throws IOException {
        boolean answered = false;
        try {
            Response response = layers.call(this);
            answered = true;
            return response;
        } finally {
            for (Attempt attempt = answered ? null : latest; attempt != null; attempt = attempt.previous()) {
                attempt.over();
            }
            oneLess();
        }
    }

    /** The layers have returned, or an attempt is over. */
    void oneLess() {
        synchronized (this) {
            open--;
            if (open > 0) {
                return;
            }
        }
        over();
    }

    @Override
    void cancelled(IOException cause, Outcome as) {
        for (Attempt attempt = latest; attempt != null; attempt = attempt.previous()) { // none begins any more
            attempt.cancel(cause, as);
        }
    }

    @Override
    void ended() {}

    // ---- as observers see it

    /** For the layer of events, once. */
    public void observer(CallObserver ofThis) {
        rare().observer = ofThis;
    }

    /** Null: it is not observed. */
    public @Nullable CallObserver observer() {
        Rare rare = rareIfAny();
        return rare == null ? null : rare.observer;
    }

    @Override
    public String service() {
        Target chosen = target;
        return chosen == null ? "" : chosen.service();
    }

    @Override
    public String rule() {
        Target chosen = target;
        return chosen == null ? "" : chosen.rule();
    }

    @Override
    public String backend() {
        Target chosen = target;
        return chosen == null ? "" : chosen.backend().name();
    }

    @Override
    public int status() {
        Attempt last = latest;
        return last == null ? 0 : last.status();
    }

    @Override
    public long elapsedNanos() {
        return now() - startedAt();
    }

    /** The caller gets this instead of a response. */
    public void failed(IOException e) {
        rare().failure = e;
    }

    @Override
    public @Nullable IOException failure() {
        Rare rare = rareIfAny();
        Attempt last = latest;
        return rare != null && rare.failure != null ? rare.failure : last == null ? null : last.bodyFailure();
    }

    // ---- why

    /** Adds a remark to the decision: why there was no further attempt, for instance. */
    public void note(String remark) {
        rare().note = remark;
    }

    /** What was decided so far, for people. Not for the hot path. */
    @Override
    public Decision decision() {
        if (failure() instanceof MeshFailure ours) {
            return ours.decision();
        }
        List<Decision.Attempt> list = new ArrayList<>();
        for (Attempt attempt = latest; attempt != null; attempt = attempt.previous()) {
            list.add(attempt.asAttempt());
        }
        Collections.reverse(list);
        Target chosen = target;
        Rare rare = rareIfAny();
        String remark = rare == null || rare.note == null ? "" : rare.note;
        return chosen == null
                ? new CallDecision("", "", "", "", List.copyOf(list), remark)
                : new CallDecision(
                        chosen.policy(),
                        chosen.service(),
                        chosen.rule(),
                        chosen.backend().name(),
                        List.copyOf(list),
                        remark);
    }
}
