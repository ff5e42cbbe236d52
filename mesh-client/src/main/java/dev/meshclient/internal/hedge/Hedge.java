package dev.meshclient.internal.hedge;

import dev.meshclient.InboundContext;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.EndpointsLeft;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.HedgeBudget;
import dev.meshclient.internal.call.Idempotence;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Pick;
import dev.meshclient.internal.call.Result;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.HedgePolicy;
import java.io.IOException;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Sends the request of a call to a further endpoint when the first attempt is slow. The first attempt stays on the thread of the
 * caller; a thread is started only for a hedge.
 */
public final class Hedge implements AttemptLayer {
    private static final String NO_ENDPOINT = "no hedge: no other endpoint admits calls";
    private static final String TOO_MANY = "no hedge: too many hedges run";
    private static final String EXHAUSTED = "no hedge: retry budget exhausted";

    final Time time;
    final HedgeSettings settings;
    final BackendHedges backend;
    final HedgeBudget budget;
    final AttemptLayer next;

    private Hedge(Time time, HedgeSettings settings, BackendHedges backend, HedgeBudget budget, AttemptLayer next) {
        this.time = time;
        this.settings = settings;
        this.backend = backend;
        this.budget = budget;
        this.next = next;
    }

    /**
     * @param stated null = not stated, and at most one attempt: the layer is left out
     * @param backend keeps the latencies of the backend
     */
    public static AttemptLayer create(
            Time time, @Nullable HedgePolicy stated, BackendState backend, HedgeBudget budget, AttemptLayer next) {
        return stated == null || stated.maxAttempts() < 2
                ? next
                : new Hedge(time, HedgeSettings.of(stated), backend.get(BackendHedges.SLOT), budget, next);
    }

    @Override
    public Response call(Attempt first) throws IOException {
        if (first.number() > 1) { // retry repeats what has failed
            return next.call(first);
        }
        budget.begin(time.now());
        if (objection(first.call()) != null) {
            return next.call(first);
        }
        try {
            long delay = settings.delay(backend.latencies());
            return delay == AttemptLatencies.UNKNOWN
                    ? next.call(first)
                    : new Race(this, first, delay).answer(first.startedAt() + delay);
        } finally {
            observe(first);
        }
    }

    /** Why a call is never hedged; null: it may be. */
    private static @Nullable String objection(Call call) {
        InboundContext inbound = call.options().inbound();
        Target target = call.target();
        return call.options().isWithoutRetries()
                ? "the caller asks for at most one attempt"
                : inbound != null && inbound.attempt() > 1
                        ? "the inbound request is a retry itself"
                        : !Idempotence.isRepeatable(call.request(), call.options())
                                ? call.request().method() + " is not idempotent, or its body is sent once"
                                : !call.repeatsUnanswered()
                                        ? "the caller's client has retryOnConnectionFailure(false)"
                                        : call.request().header("Upgrade") != null
                                                        || (target != null && target.isStream())
                                                ? "it opens a stream"
                                                : null;
    }

    /** Latencies of first attempts alone: a hedge runs only when they are long. */
    private void observe(Attempt first) {
        Result result = first.result();
        if (!settings.isByLatency() || result == null) {
            return;
        }
        Outcome outcome = result.outcome();
        boolean answered = outcome == Outcome.RESPONSE && result.status() < 500;
        if (answered
                || outcome == Outcome.SUPERSEDED
                || outcome == Outcome.ATTEMPT_TIMEOUT
                || outcome == Outcome.DEADLINE) {
            backend.latencies().add(first.decidedAt() - first.startedAt());
        }
    }

    /** Whether the call may have one more attempt now; it is then counted. On the thread of a timer. */
    boolean admit(Attempt first) {
        Call call = first.call();
        Pick pick = first.pick();
        if (call.cancelCause() != null || time.now() >= call.deadline()) {
            return false;
        }
        if (pick.usable() <= call.attempts() || pick.left() == EndpointsLeft.NONE) {
            call.note(NO_ENDPOINT);
            return false;
        }
        int most = call.options().maxAttempts();
        if (most > 0 && call.attempts() >= most) {
            call.note("no hedge: the caller asks for at most " + most + " attempts");
            return false;
        }
        if (settings.shadow()) {
            call.recordShadow(
                    ShadowAction.HEDGE, "no answer after " + (time.now() - first.startedAt()) / 1_000_000 + " ms");
            return false;
        }
        if (!backend.begin()) {
            call.note(TOO_MANY);
            return false;
        }
        if (!budget.take(call)) {
            backend.end();
            call.note(EXHAUSTED);
            return false;
        }
        return true;
    }

    @Override
    public void explain(ExplanationSink to) {
        String objection = to.call() == null ? null : objection(to.call());
        if (objection == null) {
            to.settingOfSeveral("hedge", settings.inWords(backend.latencies()), settings.shadow(), NO_ENDPOINT);
        } else {
            to.remark("no hedge: " + objection);
        }
    }

    @Override
    public String toString() {
        return "hedge(" + (settings.shadow() ? "shadow: " : "") + settings + ")";
    }
}
