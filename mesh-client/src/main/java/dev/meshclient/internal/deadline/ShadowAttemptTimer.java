package dev.meshclient.internal.deadline;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.ShadowAction;
import java.io.IOException;
import java.time.Duration;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Records the attempts whose response headers took longer than a limit that is not enforced. */
public final class ShadowAttemptTimer implements AttemptLayer {
    private final long limitNanos; // 0 = none
    private final AttemptLayer next;

    private ShadowAttemptTimer(long limitNanos, AttemptLayer next) {
        this.limitNanos = limitNanos;
        this.next = next;
    }

    /** @param limit zero = none; null = not stated: the layer is left out */
    public static AttemptLayer create(@Nullable Duration limit, AttemptLayer next) {
        return limit == null ? next : new ShadowAttemptTimer(limit.toNanos(), next);
    }

    @Override
    public Response call(Attempt attempt) throws IOException {
        try {
            return next.call(attempt);
        } finally {
            long took = attempt.elapsedNanos();
            if (limitNanos != 0 && took > limitNanos) {
                attempt.call()
                        .shadow(
                                ShadowAction.CANCEL_ATTEMPT,
                                "number " + attempt.number() + " took " + took / 1_000_000 + " ms, of "
                                        + limitNanos / 1_000_000 + " ms at most (timeouts.backendRequest)");
            }
        }
    }

    @Override
    public void explain(ExplanationSink to) {
        to.setting("timeouts.shadow", true);
        to.shadowSetting("timeouts.backendRequest", Duration.ofNanos(limitNanos));
    }

    @Override
    public String toString() {
        return "attempt timer(shadow: " + limitNanos / 1_000_000 + " ms)";
    }
}
