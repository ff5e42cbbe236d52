package dev.meshclient.internal.call;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.Decision;
import dev.meshclient.InboundContext;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.time.Time;
import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallObserver;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Function;
import okhttp3.Headers;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** One attempt at one endpoint. */
public final class Attempt extends Scope<Attempt.Rare> implements AttemptInfo, CallObserver.OutgoingHeaders {
    /** The outcome, in a word, while there is none. */
    static final String RUNNING = "running";

    private static final AtomicReferenceFieldUpdater<Attempt, Pick> PICK =
            AtomicReferenceFieldUpdater.newUpdater(Attempt.class, Pick.class, "pick");
    private static final AtomicReferenceFieldUpdater<Attempt, Result> RESULT =
            AtomicReferenceFieldUpdater.newUpdater(Attempt.class, Result.class, "result");

    private final Call call;
    private final @Nullable Attempt previous;
    private volatile @Nullable Pick pick;
    private volatile @Nullable Result result; // written once, under the lock
    private long decidedAt; // written before the result
    private volatile long sentBytes;
    private volatile long receivedBytes;
    private @Nullable Runnable canceller; // guarded by this

    Attempt(Call call, @Nullable Attempt previous) {
        super(call.nowOrStart());
        this.call = call;
        this.previous = previous;
    }

    /** Fields that most attempts never need. */
    static final class Rare extends Scope.Rare {
        /** A remark on the choice of the endpoint. */
        private volatile @Nullable String note;
        /** How it repeats the attempt before. */
        private volatile @Nullable Repeat repeat;
        /** Its failure, if another call may have it too. */
        private volatile @Nullable IOException sharedFailure;
        /** The headers that observers set. */
        private @Nullable ObserverHeaders headers;
        /** The header that the policy adds. */
        private volatile @Nullable String authorization;
    }

    @Override
    Rare newRare() {
        return new Rare();
    }

    @Override
    Time time() {
        return call.time();
    }

    @Override
    public Call call() {
        return call;
    }

    /** It starts now: it has waited before. Called before it is sent. */
    public void restart() {
        start();
    }

    /** The number of the attempt, from 1. */
    @Override
    public int number() {
        int number = 1;
        for (Attempt earlier = previous; earlier != null; earlier = earlier.previous) {
            number++;
        }
        return number;
    }

    @Override
    public int resends() {
        return call.resends() + number() - 1;
    }

    /**
     * The number for the peer, from 1: above 1 the peer may have processed this request before, for this call or for an earlier
     * attempt of the inbound request that the call is made for.
     */
    public int announcedNumber() {
        InboundContext inbound = call.options().inbound();
        int announced = inbound == null ? 1 : inbound.attempt();
        for (Attempt earlier = previous; earlier != null; earlier = earlier.previous) {
            Result now = earlier.result;
            announced += now != null && now.outcome().processed() == Outcome.Processed.NO ? 0 : 1;
        }
        return announced;
    }

    @Override
    public @Nullable Attempt previous() {
        return previous;
    }

    /** The chosen endpoint, with facts about the others. */
    public Pick pick() {
        Pick chosen = pick;
        return chosen == null ? Pick.NONE : chosen;
    }

    /** Called once, by the balance layer. */
    public void pick(Pick chosen) {
        PICK.lazySet(this, chosen);
    }

    /** Records a fact of the choice that only its time knows: the progress of a return, the reason of an ejection. */
    public void remark(String ofChoice) {
        if (!ofChoice.isEmpty()) {
            rare().note = ofChoice;
        }
    }

    @Override
    public String pickReason() {
        Rare rare = rareIfAny();
        return pick().why(rare == null || rare.note == null ? "" : rare.note);
    }

    /** Called at once, if it repeats the attempt before. */
    void repeats(Repeat how) {
        rare().repeat = how;
    }

    @Override
    public String retryReason() {
        Rare rare = rareIfAny();
        Repeat how = rare == null ? null : rare.repeat;
        return previous == null || how == null ? "" : how.after(previous);
    }

    /** Whether the attempts before it may still run. */
    @Override
    public boolean isHedge() {
        Rare rare = rareIfAny();
        Repeat how = rare == null ? null : rare.repeat;
        return how != null && how.isHedge();
    }

    /** Null until balance has chosen, and for a service whose endpoints are not listed. */
    public @Nullable Endpoint endpoint() {
        return pick().endpoint();
    }

    // ---- the wire

    /** Calls the bottom layer. */
    public Response send() throws IOException {
        return call.wire().send(this);
    }

    /** For the wire: sets the action that runs when the attempt is cancelled; it runs at once if it is cancelled already. */
    public void onCancel(Runnable action) {
        synchronized (this) {
            canceller = action;
            if (cancelCause() == null) {
                return;
            }
        }
        action.run();
    }

    @Override
    void cancelled(IOException cause, Outcome as) {
        if (outcome() == Outcome.RESPONSE) {
            bodyFailed(cause);
        }
        Runnable action;
        synchronized (this) {
            action = canceller;
        }
        try {
            if (action != null) {
                action.run();
            }
        } finally {
            over();
        }
    }

    @Override
    void ended() {
        call.oneLess();
    }

    @Override
    public long sentBytes() {
        return sentBytes;
    }

    /** For the wire. */
    public void sent(long bytes) {
        sentBytes = bytes;
    }

    @Override
    public long receivedBytes() {
        return receivedBytes;
    }

    /** For the wire. */
    public void received(long bytes) {
        receivedBytes = bytes;
    }

    /** Sets an {@code Authorization} header that replaces the request's; it is sent over TLS only. */
    public void authorization(String header) {
        rare().authorization = header;
    }

    /** Null: the request keeps its own header, if it has one. */
    public @Nullable String authorization() {
        Rare rare = rareIfAny();
        return rare == null ? null : rare.authorization;
    }

    @Override
    public Attempt set(String name, String value) {
        headers().set(name, value);
        return this;
    }

    @Override
    public Attempt add(String name, String value) {
        headers().add(name, value);
        return this;
    }

    @Override
    public Attempt remove(String name) {
        headers().remove(name);
        return this;
    }

    private ObserverHeaders headers() {
        Rare rare = rare();
        if (rare.headers == null) {
            rare.headers = new ObserverHeaders();
        }
        return rare.headers;
    }

    private @Nullable ObserverHeaders headersIfAny() {
        Rare rare = rareIfAny();
        return rare == null ? null : rare.headers;
    }

    /** The headers that observers set: they replace the request's headers of the same name. Null: there are none. */
    public @Nullable Headers wireHeaders() {
        ObserverHeaders own = headersIfAny();
        return own == null ? null : own.set();
    }

    /** The headers that observers remove from the request. */
    public List<String> removedHeaders() {
        ObserverHeaders own = headersIfAny();
        return own == null ? List.of() : own.removed();
    }

    @Override
    public @Nullable String header(String name) {
        ObserverHeaders own = headersIfAny();
        String ofRequest = call.request().header(name);
        return own == null ? ofRequest : own.value(name, ofRequest);
    }

    // ---- the result: the first one counts

    /** Null while there is none. */
    public @Nullable Result result() {
        return result;
    }

    /** The time of the result. */
    public long decidedAt() {
        return decidedAt;
    }

    /** Null while there is none. */
    public @Nullable Outcome outcome() {
        Result now = result;
        return now == null ? null : now.outcome();
    }

    /** The status of the response; 0 if there is none. */
    @Override
    public int status() {
        Result now = result;
        return now == null ? 0 : now.status();
    }

    /** Why there is no response, or null. */
    @Override
    public @Nullable IOException failure() {
        Result now = result;
        return now == null ? null : now.failure();
    }

    /** Records a response. */
    public boolean responded(int status) {
        return decide(Result.response(status));
    }

    /** Records a response from OkHttp's cache. */
    public boolean cached(int status) {
        return decide(new Result(Outcome.CACHED, status, null));
    }

    /** Records that there is no response. */
    public boolean failed(Outcome why, IOException e) {
        return decide(new Result(why, 0, e));
    }

    /** Cancels it, because another attempt of the call answered first; no effect if it has a result. */
    public void supersede(Attempt by) {
        IOException ofCall = call.cancelCause();
        if (ofCall != null) { // the call cancels this attempt too
            failed(call.cancelledAs(), ofCall);
            return;
        }
        IOException cause = new Superseded(by);
        if (failed(Outcome.SUPERSEDED, cause)) {
            cancel(cause, Outcome.SUPERSEDED);
        }
    }

    /** Records that another call may have the same exception: the mesh adds nothing to it. */
    public void sharesFailure(IOException e) {
        rare().sharedFailure = e;
    }

    /** Adds a fact to a failure of this attempt, unless another call may have the same exception. */
    public void attach(IOException failure, Throwable fact) {
        Rare rare = rareIfAny();
        if (rare == null || rare.sharedFailure != failure) {
            failure.addSuppressed(fact);
        }
    }

    /** Records that the body of the response failed. */
    public void bodyFailed(IOException e) {
        Rare rare = rare();
        if (rare.failure == null) {
            rare.failure = e;
        }
    }

    /** The failure of the response body; null if there is none. */
    @Nullable
    IOException bodyFailure() {
        Rare rare = rareIfAny();
        return rare == null ? null : rare.failure;
    }

    // ---- the view of observers

    @Override
    public String endpointName() {
        Endpoint to = endpoint();
        return to == null ? "" : to.name();
    }

    @Override
    public String zone() {
        Endpoint to = endpoint();
        return to == null ? "" : to.locality().zone();
    }

    @Override
    public String outcomeName() {
        Result now = result;
        return now == null ? RUNNING : word(now.outcome());
    }

    /**
     * A limit that the caller set ends an attempt as cancelled, because it says nothing of the endpoint. Its word is that of the
     * limit.
     */
    private String word(Outcome outcome) {
        boolean limit = outcome == Outcome.CANCELLED && cancelCause() instanceof DeadlineExceeded;
        return (limit ? Outcome.DEADLINE : outcome).word();
    }

    @Override
    public String reason() {
        IOException failure = failure();
        if (failure == null || failure instanceof Superseded) { // the call needs it no more: nothing has failed
            return "";
        }
        return ReasonLetters.of(failure, outcome(), call.cancelCause() != null);
    }

    @Override
    public long elapsedNanos() {
        return (result == null ? now() : decidedAt) - startedAt();
    }

    /**
     * Whether the deadline of its call ended it after less than half of the call's time. The rest went to a queue or to earlier
     * attempts, so this says nothing of the endpoint.
     */
    public boolean isCutShort() {
        Result now = result;
        return now != null
                && now.outcome() == Outcome.DEADLINE
                && decidedAt - startedAt() < (call.deadline() - call.startedAt()) / 2;
    }

    /**
     * Records that the mesh itself refuses the attempt: no request was sent. The exception is created with the decision, which
     * contains this refusal.
     */
    public <E extends IOException> E refuse(Function<Decision, E> exception) {
        E e = exception.apply(call.decision(this));
        failed(Outcome.REFUSED, e);
        return e;
    }

    private boolean decide(Result first) {
        long now = now();
        synchronized (this) {
            if (result != null) {
                return false;
            }
            decidedAt = now;
            RESULT.lazySet(this, first); // the end of the lock publishes it too
            return true;
        }
    }
}
