package dev.meshclient.internal.limit;

import dev.meshclient.Decision;
import dev.meshclient.Overloaded;
import dev.meshclient.PolicyUnavailable;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import okhttp3.Response;

/**
 * Limits the calls in flight to a backend, each until the end of its body. A call above the limit waits for a slot in order of
 * arrival if the policy states a queue that is not full; otherwise it is refused at once. A shadow records both and lets the call
 * pass.
 */
public final class Limit implements CallLayer {
    private static final String MAX_REQUESTS = "limits.maxRequests";
    private static final String ADAPTIVE = "limits.adaptive";

    private final InFlight inFlight;
    private final LimitSettings settings;
    private final Runnable leave;
    private final CallLayer next;

    private Limit(InFlight inFlight, LimitSettings settings, CallLayer next) {
        this.inFlight = inFlight;
        this.settings = settings;
        this.leave = inFlight::leave; // allocated once for all calls
        this.next = next;
    }

    /**
     * @param inFlight enforces the limits of the policy in force
     * @param settings the limits of this policy; nothing is limited = the layer is left out
     */
    public static CallLayer create(InFlight inFlight, LimitSettings settings, CallLayer next) {
        return settings.isNone() ? next : new Limit(inFlight, settings, next);
    }

    /** Times the attempts for an adaptive limit; without one the layer is left out. */
    public static AttemptLayer samples(Time time, InFlight inFlight, LimitSettings settings, AttemptLayer next) {
        return AdaptiveSamples.create(time, inFlight, settings, next);
    }

    @Override
    public Response call(Call call) throws IOException {
        if (settings.shadow()) {
            pass(call);
        } else if (inFlight.enter()) {
            call.onEnd(leave);
        } else {
            await(call);
        }
        return next.call(call);
    }

    // ---- the queue

    /** Until it has a slot. Whatever ends the call also ends the wait: its deadline and its cancellation. */
    private void await(Call call) throws IOException {
        PendingCall pending = new PendingCall(inFlight, call::raise);
        inFlight.arrive(pending);
        call.onEnd(pending);
        if (pending.state() == PendingCall.State.WAITING) {
            call.beginWait("a slot of " + field() + ", behind " + calls(pending.ahead()) + " in the queue");
            while (pending.state() == PendingCall.State.WAITING) {
                call.await(Time.NEVER);
            }
            call.endWait();
            call.throwIfLate();
        }
        switch (pending.state()) {
            case REFUSED -> throw refused(call, pending);
            case CLOSED -> throw closed(call);
            default -> {}
        }
    }

    private static String calls(int number) {
        return number + (number == 1 ? " call" : " calls");
    }

    private Overloaded refused(Call call, PendingCall pending) {
        String figures = figures(inFlight.inForce().maxPending(), pending.ahead());
        call.note(field() + ": " + figures);
        return overloaded("'" + call.backend() + "' has " + figures, call.decision());
    }

    private PolicyUnavailable closed(Call call) {
        return Failures.make()
                .policyUnavailable(
                        "the mesh was closed before the call to '" + call.backend() + "' had a slot of " + field(),
                        "make calls before Mesh.close()",
                        call.decision());
    }

    private Overloaded overloaded(String what, Decision decision) {
        String advice = field().equals(ADAPTIVE)
                ? "call it less, or add endpoints: the limit follows its latency"
                : "raise limits.maxRequests if it can serve more, or call it less";
        return Failures.make().overloaded(what, advice, decision);
    }

    // ---- a shadow

    private void pass(Call call) {
        long max = inFlight.limit();
        long refused = refusedFrom(max);
        long before = inFlight.enterShadow(refused);
        if (before < refused) {
            call.onEnd(leave);
            if (before >= max) {
                call.recordShadow(ShadowAction.QUEUE_CALL, ofAtMost(before, max));
            }
        } else {
            call.onEnd(inFlight::leaveShadow);
            call.recordShadow(ShadowAction.REFUSE_CALL, ofAtMost(before, max));
        }
    }

    /** The calls in flight from which on one more would be refused. */
    private long refusedFrom(long max) {
        long pending = settings.maxPending();
        return max == 0 ? 0 : max > Long.MAX_VALUE - pending ? Long.MAX_VALUE : max + pending;
    }

    private String figures(long maxPending, int pending) {
        return ofAtMost(inFlight.getAsLong(), inFlight.limit())
                + (maxPending == 0 ? "" : ", and " + pending + " in the queue, of at most " + maxPending);
    }

    private static String ofAtMost(long calls, long max) {
        return calls + " calls in flight, of at most " + max;
    }

    /** The field whose limit is lower now, in the policy in force. */
    private String field() {
        return inFlight.limit() < inFlight.inForce().max() ? ADAPTIVE : MAX_REQUESTS;
    }

    // ---- for people

    @Override
    public void explain(ExplanationSink to) {
        to.setting(MAX_REQUESTS, settings.max() == LimitSettings.UNLIMITED ? null : settings.max());
        to.setting("limits.maxPendingRequests", settings.maxPending() == 0 ? null : settings.maxPending());
        to.setting(ADAPTIVE, settings.adaptive() ? true : null);
        String adaptive = inFlight.adaptiveInWords();
        if (settings.adaptive() && !adaptive.isEmpty()) {
            to.remark(ADAPTIVE + " is " + adaptive);
        }
        long max = inFlight.limit();
        long counted = settings.shadow() ? inFlight.admitted() : inFlight.getAsLong();
        if (counted >= max) {
            explainFull(counted, max, to);
        }
    }

    private void explainFull(long counted, long max, ExplanationSink to) {
        int pending = inFlight.pending();
        if (settings.shadow()) {
            boolean full = counted >= refusedFrom(max);
            to.remark((full ? ShadowAction.REFUSE_CALL : ShadowAction.QUEUE_CALL).inWords(ofAtMost(counted, max)));
        } else if (max > 0 && pending < settings.maxPending()) {
            to.await("the call would wait for a slot behind " + calls(pending) + ": " + ofAtMost(counted, max));
        } else {
            to.refuse(overloaded(
                    "'" + to.decision().backend() + "' has " + figures(settings.maxPending(), pending), to.decision()));
        }
    }

    @Override
    public String toString() {
        return (settings.shadow() ? "shadow limit(" : "limit(")
                + (settings.adaptive() ? "adaptive" : "")
                + (settings.adaptive() && settings.max() != LimitSettings.UNLIMITED ? ", at most " : "")
                + (settings.max() == LimitSettings.UNLIMITED ? "" : settings.max())
                + (settings.maxPending() == 0 ? "" : ", queue of " + settings.maxPending()) + ")";
    }
}
