package dev.meshclient.internal.deadline;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.InboundContext;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Streams;
import dev.meshclient.internal.time.Alarm;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.time.Duration;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** One time limit for all attempts, to the end of the response body: cancels the call when it expires. */
public final class Deadline implements CallLayer {
    /** The built-in limit, if neither policy nor the caller states one: Envoy's route timeout. */
    private static final Duration BUILT_IN = Duration.ofSeconds(15);

    private final Time time;
    private final long statedNanos;
    private final long builtInNanos;
    private final CallLayer next;

    private Deadline(Time time, long statedNanos, long builtInNanos, CallLayer next) {
        this.time = time;
        this.statedNanos = statedNanos;
        this.builtInNanos = builtInNanos;
        this.next = next;
    }

    /**
     * @param stated the limit of the policy; zero = none; null = not stated
     * @param neutral there is no built-in limit
     */
    public static CallLayer create(Time time, @Nullable Duration stated, boolean neutral, CallLayer next) {
        long built = stated == null && !neutral ? BUILT_IN.toNanos() : 0;
        return new Deadline(time, stated == null ? 0 : stated.toNanos(), built, next);
    }

    @Override
    public Response call(Call call) throws IOException {
        long limit = limit(call);
        Duration left = left(call);
        if (limit == 0 && left == null) {
            return next.call(call);
        }
        long now = time.now();
        long at = limit == 0 ? Time.NEVER : call.startedAt() + limit;
        if (left != null) { // only ever shortens: a distant deadline lifts no limit
            at = Math.min(at, now + Time.nanos(left));
        }
        call.deadline(at);
        if (now >= at) { // waiting for policy took all of it, or the inbound request has no time left
            throw exceeded(call, at - call.startedAt());
        }
        Expiry expiry = new Expiry(call);
        time.arm(expiry, at, "deadline");
        call.onEnd(expiry);
        Response response = next.call(call);
        if (Streams.isStream(response)) { // from here on timeouts.idle limits it
            expiry.cancel();
        }
        return response;
    }

    /** The limit of one call; as an action it is disarmed. */
    private static final class Expiry extends Alarm implements Runnable {
        private final Call call;

        Expiry(Call call) {
            this.call = call;
        }

        @Override
        protected void ring(long due) {
            long limit = due - call.startedAt();
            call.cancel(exceeded(call, limit), isCallers(call, limit) ? Outcome.CANCELLED : Outcome.DEADLINE);
        }

        @Override
        public void run() {
            cancel();
        }
    }

    /** The shorter limit of policy and caller; 0 = none. OkHttp enforces the callTimeout. */
    private long limit(Call call) {
        Duration asked = call.options().timeout();
        long limit = statedNanos;
        if (asked != null) {
            long nanos = Time.nanos(asked);
            return limit == 0 ? nanos : Math.min(limit, nanos);
        }
        return limit == 0 && call.deadline() == Time.NEVER ? builtInNanos : limit;
    }

    /** Whether the caller set this limit, or its inbound request did: to miss it then does not count against the endpoint. */
    private static boolean isCallers(Call call, long limit) {
        Duration asked = call.options().timeout();
        Duration left = left(call);
        return (asked != null && Time.nanos(asked) == limit) || (left != null && left.isZero());
    }

    /** The time that the inbound request has left; null: there is no limit of that kind. */
    private static @Nullable Duration left(Call call) {
        InboundContext inbound = call.options().inbound();
        return inbound == null ? null : inbound.left();
    }

    private static DeadlineExceeded exceeded(Call call, long limitNanos) {
        return Failures.make()
                .deadlineExceeded(
                        "the call to '" + call.request().url().host() + "' was not over within "
                                + Duration.ofNanos(limitNanos).toMillis() + " ms, after " + call.attempts()
                                + " attempt(s)",
                        "raise timeouts.request or MeshOptions.timeout, or see the decision for where the time went",
                        call.decision());
    }

    @Override
    public String toString() {
        long nanos = statedNanos == 0 ? builtInNanos : statedNanos;
        return "deadline(" + (nanos == 0 ? "if the caller states one" : nanos / 1_000_000 + " ms") + ")";
    }
}
