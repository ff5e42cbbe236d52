package dev.meshclient.internal.deadline;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.InboundContext;
import dev.meshclient.MeshOptions;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.EndAction;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Streams;
import dev.meshclient.internal.time.Alarm;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Timeouts;
import java.io.IOException;
import java.time.Duration;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** One time limit for all attempts, to the end of the response body: cancels the call when it expires. */
public final class Deadline implements CallLayer {
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
        long built = stated == null && !neutral ? Timeouts.BUILT_IN_REQUEST.toNanos() : 0;
        return new Deadline(time, stated == null ? 0 : stated.toNanos(), built, next);
    }

    /** A limit that is recorded where it would end a call, and ends none; null = not stated: the layer is left out. */
    public static CallLayer shadow(Time time, @Nullable Duration stated, CallLayer next) {
        return ShadowDeadline.create(time, stated, next);
    }

    @Override
    public Response call(Call call) throws IOException {
        MeshOptions options = call.options();
        Duration asked = options.timeout();
        long limit = limit(call, asked);
        InboundContext inbound = options.inbound();
        Duration left = inbound == null ? null : inbound.left();
        if (limit == 0 && left == null) {
            return next.call(call);
        }
        long now = call.nowOrStart();
        long own = limit == 0 ? Time.NEVER : call.startedAt() + limit;
        long at = left == null ? own : Math.min(own, now + Time.nanos(left)); // a distant deadline lifts no limit
        boolean ofInbound = at < own;
        boolean callers = asked != null && !isShorter(statedNanos, asked);
        call.deadline(at);
        if (now >= at) { // waiting for policy took all of it, or the inbound request has no time left
            throw exceeded(call, at - call.startedAt(), ofInbound);
        }
        Expiry expiry = ofInbound ? new InboundExpiry(call) : callers ? new CallersExpiry(call) : new Expiry(call);
        time.arm(expiry, at, "deadline");
        call.onEnd(expiry);
        Response response = next.call(call);
        if (Streams.isStream(call, response)) { // from here on timeouts.idle limits it
            expiry.cancel();
        }
        return response;
    }

    /** The limit of one call, set by the policy; as an action it is disarmed. */
    private static class Expiry extends Alarm implements EndAction {
        private final Call call;
        private @Nullable Runnable first;

        Expiry(Call call) {
            this.call = call;
        }

        @Override
        protected void ring(long due) {
            call.cancel(exceeded(call, due - call.startedAt(), isOfInbound()), outcome());
        }

        /** The outcome of the attempts that it cancels. */
        Outcome outcome() {
            return Outcome.DEADLINE;
        }

        boolean isOfInbound() {
            return false;
        }

        @Override
        public boolean runsFirst(Runnable other) {
            if (first != null) {
                return false;
            }
            first = other;
            return true;
        }

        @Override
        public void run() {
            if (first != null) {
                first.run();
            }
            cancel();
        }
    }

    /** A limit that the caller set, or its inbound request: to miss it does not count against the endpoint. */
    private static class CallersExpiry extends Expiry {
        CallersExpiry(Call call) {
            super(call);
        }

        @Override
        Outcome outcome() {
            return Outcome.CANCELLED;
        }
    }

    private static final class InboundExpiry extends CallersExpiry {
        InboundExpiry(Call call) {
            super(call);
        }

        @Override
        boolean isOfInbound() {
            return true;
        }
    }

    /** The shorter limit of policy and caller; 0 = none. OkHttp enforces the callTimeout. */
    private long limit(Call call, @Nullable Duration asked) {
        long limit = statedNanos;
        if (asked != null) {
            long nanos = Time.nanos(asked);
            return limit == 0 ? nanos : Math.min(limit, nanos);
        }
        return limit == 0 && call.deadline() == Time.NEVER ? builtInNanos : limit;
    }

    private static DeadlineExceeded exceeded(Call call, long limitNanos, boolean ofInbound) {
        String waiting = call.waiting();
        String what = "the call to '" + call.request().url().host() + "' was not over within "
                + Duration.ofNanos(limitNanos).toMillis() + " ms, "
                + (ofInbound ? "the time that the inbound request had left (x-mesh-deadline-ms), " : "") + "after "
                + call.attempts() + " attempt(s)"
                + (waiting == null ? "" : ": it " + waiting);
        String advice = waiting != null
                ? "call it less, raise that limit if it can serve more, or lower limits.maxPendingRequests so that calls fail sooner"
                : (ofInbound
                                ? "raise the time limit of the service that sent the inbound request"
                                : "raise timeouts.request or MeshOptions.withTimeout")
                        + ", or see the decision for where the time went";
        return Failures.make().deadlineExceeded(what, advice, call.decisionAtDeadline());
    }

    @Override
    public void explain(ExplanationSink to) {
        Call call = to.call();
        Duration asked = call == null ? null : call.options().timeout();
        if (call == null || asked == null || isShorter(statedNanos, asked)) {
            to.setting("timeouts.request", Duration.ofNanos(statedNanos == 0 ? builtInNanos : statedNanos));
        } else {
            to.settingOfCaller("timeouts.request", asked);
        }
        InboundContext inbound = call == null ? null : call.options().inbound();
        Duration left = inbound == null ? null : inbound.left();
        if (call != null && left != null) {
            to.remark("the inbound request leaves " + left.toMillis() + " ms");
            if (left.isNegative() || left.isZero()) {
                to.refuse(exceeded(call, 0, true));
            }
        }
    }

    /** Whether the policy states a limit that is not longer than that of the caller. */
    private static boolean isShorter(long statedNanos, Duration asked) {
        return statedNanos != 0 && Time.nanos(asked) >= statedNanos;
    }

    @Override
    public String toString() {
        long nanos = statedNanos == 0 ? builtInNanos : statedNanos;
        return "deadline(" + (nanos == 0 ? "if the caller states one" : nanos / 1_000_000 + " ms") + ")";
    }
}
