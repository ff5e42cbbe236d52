package dev.meshclient.internal.deadline;

import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.internal.call.Streams;
import java.io.IOException;
import java.time.Duration;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Records the calls that took longer than a limit that is not enforced, to the end of the response body. */
public final class ShadowDeadline implements CallLayer {
    private final long limitNanos; // 0 = none
    private final CallLayer next;

    private ShadowDeadline(long limitNanos, CallLayer next) {
        this.limitNanos = limitNanos;
        this.next = next;
    }

    /** @param limit zero = none; null = not stated: the layer is left out */
    public static CallLayer create(@Nullable Duration limit, CallLayer next) {
        return limit == null ? next : new ShadowDeadline(limit.toNanos(), next);
    }

    @Override
    public Response call(Call call) throws IOException {
        Measurement measurement = new Measurement(call);
        call.onEnd(measurement);
        Response response = next.call(call);
        if (Streams.isStream(call, response)) { // from here on timeouts.idle limits it
            measurement.run();
        }
        return response;
    }

    /** The first end counts. */
    private final class Measurement implements Runnable {
        private final Call call;
        private boolean over;

        Measurement(Call call) {
            this.call = call;
        }

        @Override
        public synchronized void run() {
            long took = call.elapsedNanos();
            boolean isShorter = limitNanos != 0 && call.deadline() > call.startedAt() + limitNanos;
            if (!over && took > limitNanos && isShorter) {
                call.shadow(
                        ShadowAction.CANCEL_CALL,
                        "it took " + took / 1_000_000 + " ms, of " + limitNanos / 1_000_000 + " ms at most (timeouts.request)");
            }
            over = true;
        }
    }

    @Override
    public void explain(ExplanationSink to) {
        to.setting("timeouts.shadow", true);
        to.shadowSetting("timeouts.request", Duration.ofNanos(limitNanos));
    }

    @Override
    public String toString() {
        return "deadline(shadow: " + limitNanos / 1_000_000 + " ms)";
    }
}
