package dev.meshclient.internal.limit;

import dev.meshclient.Decision;
import dev.meshclient.Overloaded;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.policy.Limits;
import java.io.IOException;
import okhttp3.Response;

/**
 * Limits the calls in flight to a backend, each until the end of its body; a call above the limit is refused at once. A shadow
 * records it and lets it pass.
 */
public final class Limit implements CallLayer {
    /** The built-in limit: Envoy's and Istio's default. */
    private static final long BUILT_IN = 1024;

    private final InFlight inFlight;
    private final long max;
    private final boolean shadow;
    private final Runnable leave;
    private final CallLayer next;

    private Limit(InFlight inFlight, long max, boolean shadow, CallLayer next) {
        this.inFlight = inFlight;
        this.max = max;
        this.shadow = shadow;
        this.leave = inFlight::leave; // allocated once for all calls
        this.next = next;
    }

    /**
     * @param stated the limits of the policy; of {@code maxRequests} 0 = every call is refused; null = not stated
     * @param neutral there is no built-in limit: without a stated one the layer is left out
     */
    public static CallLayer create(InFlight inFlight, Limits stated, boolean neutral, CallLayer next) {
        Long max = stated.maxRequests();
        boolean shadow = Boolean.TRUE.equals(stated.shadow());
        return max == null && neutral ? next : new Limit(inFlight, max == null ? BUILT_IN : max, shadow, next);
    }

    @Override
    public Response call(Call call) throws IOException {
        if (shadow ? inFlight.enterShadow(max) : inFlight.enter(max)) {
            call.onEnd(leave);
        } else if (shadow) {
            call.onEnd(inFlight::leaveShadow);
            call.recordShadow(ShadowAction.REFUSE_CALL, figures());
        } else {
            String figures = figures();
            call.note("limits.maxRequests: " + figures);
            throw overloaded(figures, call.decision());
        }
        return next.call(call);
    }

    private long counted() {
        return shadow ? inFlight.admitted() : inFlight.getAsLong();
    }

    private String figures() {
        return counted() + " calls in flight, of at most " + max;
    }

    private static Overloaded overloaded(String figures, Decision decision) {
        return Failures.make()
                .overloaded(
                        "'" + decision.backend() + "' has " + figures,
                        "raise limits.maxRequests if it can serve more, or call it less",
                        decision);
    }

    @Override
    public void explain(ExplanationSink to) {
        to.setting("limits.maxRequests", max);
        if (counted() >= max) {
            if (shadow) {
                to.remark(ShadowAction.REFUSE_CALL.inWords(figures()));
            } else {
                to.refuse(overloaded(figures(), to.decision()));
            }
        }
    }

    @Override
    public String toString() {
        return (shadow ? "shadow limit(" : "limit(") + max + ")";
    }
}
