package dev.meshclient.internal.deadline;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.internal.time.Alarm;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.time.Duration;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Records the attempts that a limit would end that is not enforced: those without response headers when it expires. */
final class ShadowAttemptTimer implements AttemptLayer {
    private final Time time;
    private final long limitNanos; // 0 = none
    private final AttemptLayer next;

    private ShadowAttemptTimer(Time time, long limitNanos, AttemptLayer next) {
        this.time = time;
        this.limitNanos = limitNanos;
        this.next = next;
    }

    /** @param limit zero = none; null = not stated: the layer is left out */
    static AttemptLayer create(Time time, @Nullable Duration limit, AttemptLayer next) {
        return limit == null ? next : new ShadowAttemptTimer(time, limit.toNanos(), next);
    }

    @Override
    public Response call(Attempt attempt) throws IOException {
        if (limitNanos == 0) {
            return next.call(attempt);
        }
        Expiry expiry = new Expiry(attempt);
        time.arm(expiry, attempt.startedAt() + limitNanos, "shadow attempt");
        try {
            return next.call(attempt);
        } finally {
            expiry.cancel();
        }
    }

    private final class Expiry extends Alarm {
        private final Attempt attempt;

        Expiry(Attempt attempt) {
            this.attempt = attempt;
        }

        @Override
        protected void ring(long due) {
            Call call = attempt.call();
            if (attempt.outcome() == null && attempt.cancelCause() == null && call.deadline() > due) {
                call.recordShadow(
                        ShadowAction.CANCEL_ATTEMPT,
                        "number " + attempt.number() + " had no response headers within " + limitNanos / 1_000_000
                                + " ms (timeouts.backendRequest)");
            }
        }
    }

    @Override
    public void explain(ExplanationSink to) {
        to.shadowSetting("timeouts.backendRequest", Duration.ofNanos(limitNanos));
    }

    @Override
    public String toString() {
        return "attempt timer(shadow: " + limitNanos / 1_000_000 + " ms)";
    }
}
