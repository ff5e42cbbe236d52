package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.internal.okhttp.client.Caller;
import dev.meshclient.internal.okhttp.events.CallEvents;
import dev.meshclient.internal.time.Time;
import okhttp3.Interceptor;

/** The caller's call, as its attempts see it. */
public abstract class OuterCall extends CallEvents {
    private final long deadline;

    protected OuterCall(Time time, Interceptor.Chain chain) {
        super(chain);
        long timeout = chain.call().timeout().timeoutNanos();
        this.deadline = timeout == 0 ? Time.NEVER : time.now() + timeout;
    }

    /** When the caller's {@code callTimeout} expires, on the engine's clock; {@link Time#NEVER}: there is none. */
    public final long deadline() {
        return deadline;
    }

    @Override
    protected final long nanosLeft() {
        return deadline == Time.NEVER ? 0 : Math.max(1, deadline - time().now());
    }

    /** The client that made the call. */
    protected abstract Caller caller();

    /** The engine's clock. */
    protected abstract Time time();
}
