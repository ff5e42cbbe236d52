package dev.meshclient.internal.limit;

import dev.meshclient.Decision;
import dev.meshclient.Overloaded;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Failures;
import java.io.IOException;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Limits the calls in flight to a backend, each until the end of its body; a call above the limit is refused at once. */
public final class Limit implements CallLayer {
    /** The built-in limit: Envoy's and Istio's default. */
    private static final long BUILT_IN = 1024;

    private final InFlight inFlight;
    private final long max;
    private final Runnable leave;
    private final CallLayer next;

    private Limit(InFlight inFlight, long max, CallLayer next) {
        this.inFlight = inFlight;
        this.max = max;
        this.leave = inFlight::leave; // allocated once for all calls
        this.next = next;
    }

    /**
     * @param stated the limit of the policy; 0 = every call is refused; null = not stated
     * @param neutral there is no built-in limit: without a stated one the layer is left out
     */
    public static CallLayer create(InFlight inFlight, @Nullable Long stated, boolean neutral, CallLayer next) {
        return stated == null && neutral ? next : new Limit(inFlight, stated == null ? BUILT_IN : stated, next);
    }

    @Override
    public Response call(Call call) throws IOException {
        if (!inFlight.enter(max)) {
            String figures = figures();
            call.note("limits.maxRequests: " + figures);
            throw overloaded(figures, call.decision());
        }
        call.onEnd(leave);
        return next.call(call);
    }

    private String figures() {
        return inFlight.getAsLong() + " calls in flight, of at most " + max;
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
        if (inFlight.getAsLong() >= max) {
            to.refuse(overloaded(figures(), to.decision()));
        }
    }

    @Override
    public String toString() {
        return "limit(" + max + ")";
    }
}
