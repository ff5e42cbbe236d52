package dev.meshclient.internal.deadline;

import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.internal.call.Streams;
import dev.meshclient.internal.time.Alarm;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.time.Duration;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Records the calls that a limit would end that is not enforced: those that are not over, their bodies included, when it expires. */
final class ShadowDeadline implements CallLayer {
    private final Time time;
    private final long limitNanos; // 0 = none
    private final CallLayer next;

    private ShadowDeadline(Time time, long limitNanos, CallLayer next) {
        this.time = time;
        this.limitNanos = limitNanos;
        this.next = next;
    }

    /** @param limit zero = none; null = not stated: the layer is left out */
    static CallLayer create(Time time, @Nullable Duration limit, CallLayer next) {
        return limit == null ? next : new ShadowDeadline(time, limit.toNanos(), next);
    }

    @Override
    public Response call(Call call) throws IOException {
        if (limitNanos == 0) {
            return next.call(call);
        }
        Expiry expiry = new Expiry(call);
        time.arm(expiry, call.startedAt() + limitNanos, "shadow deadline");
        call.onEnd(expiry);
        Response response = next.call(call);
        if (Streams.isStream(call, response)) { // from here on timeouts.idle limits it
            expiry.cancel();
        }
        return response;
    }

    /** The limit of one call; as an action it is disarmed. */
    private final class Expiry extends Alarm implements Runnable {
        private final Call call;

        Expiry(Call call) {
            this.call = call;
        }

        @Override
        protected void ring(long due) {
            if (call.deadline() > due) { // otherwise the deadline in force ends it now
                call.recordShadow(
                        ShadowAction.CANCEL_CALL,
                        "it was not over within " + limitNanos / 1_000_000 + " ms (timeouts.request)");
            }
        }

        @Override
        public void run() {
            cancel();
        }
    }

    @Override
    public void explain(ExplanationSink to) {
        to.shadowSetting("timeouts.request", Duration.ofNanos(limitNanos));
    }

    @Override
    public String toString() {
        return "deadline(shadow: " + limitNanos / 1_000_000 + " ms)";
    }
}
