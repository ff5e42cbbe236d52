package dev.meshclient.internal.limit;

import dev.meshclient.Overloaded;
import dev.meshclient.internal.call.CallContext;
import dev.meshclient.internal.call.Ending;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.call.Layer;
import java.io.IOException;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** How many calls the backend may have in flight, until the ends of their bodies; one more is refused at once. */
public final class Limit implements Layer, Ending {
    /** Built in. Envoy's and Istio's default. */
    private static final long BUILT_IN = 1024;

    private final InFlight inFlight;
    private final long max;
    private final Layer next;

    private Limit(InFlight inFlight, long max, Layer next) {
        this.inFlight = inFlight;
        this.max = max;
        this.next = next;
    }

    /**
     * @param stated by policy; 0 = no calls at all; null = not stated
     * @param neutral no limit is built in: the layer is left out
     */
    public static Layer create(InFlight inFlight, @Nullable Long stated, boolean neutral, Layer next) {
        return stated == null && neutral ? next : new Limit(inFlight, stated == null ? BUILT_IN : stated, next);
    }

    @Override
    public Response call(CallContext call) throws IOException {
        if (!inFlight.enter(max)) {
            throw overloaded(call);
        }
        call.onEnd(this);
        return next.call(call);
    }

    @Override
    public void ended(CallContext call) {
        inFlight.leave();
    }

    private Overloaded overloaded(CallContext call) {
        String backend = call.decision().backend();
        return Failures.make()
                .overloaded(
                        "'" + backend + "' has " + inFlight.count() + " calls in flight, of at most " + max,
                        "raise limits.maxRequests if it can bear more, or call it less",
                        call.decision());
    }

    @Override
    public String toString() {
        return "limit(" + max + ")";
    }
}
