package dev.meshclient.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * Observes one call, in this order: {@link Factory#observe}, for each attempt {@link #attemptStarting} and
 * {@link #attemptEnded}, then {@link #ended}. {@code observe} runs on the thread that makes the call, the methods of an attempt
 * on the thread that runs it (for {@code enqueue} a thread of OkHttp's dispatcher), {@link #ended} on the thread that ends the
 * body; none may block. A hedge ({@link AttemptInfo#isHedge}) runs on a second thread: its two methods may run between, or at the same
 * time as, those of the other attempts. Their exceptions are logged, at most once a minute, and do not affect the call.
 */
public interface CallObserver {
    /** Sets headers of one attempt, within {@link #attemptStarting} only. */
    interface OutgoingHeaders {
        /** Replaces the values that observers gave this header. */
        OutgoingHeaders set(String name, String value);

        /** Removes this header: values that observers gave it, and that of the request. */
        OutgoingHeaders remove(String name);

        /** Adds a value to those that observers gave this header. */
        OutgoingHeaders add(String name, String value);
    }

    /** Makes the observer of each call. */
    @FunctionalInterface
    interface Factory {
        /**
         * Begins to observe a call to a host of the mesh, on the thread that calls {@code execute} or {@code enqueue}, where its
         * span and baggage are current. The call enters the mesh later: after the interceptors above, and for {@code enqueue}
         * after its time in OkHttp's queue. If an interceptor answers instead, or
         * sends the call to a host outside, {@link #ended} follows without an attempt. A
         * redirect is a call of its own; it is observed on the thread that follows it, and so are all calls of a client whose
         * {@code EventListener} was replaced after the wrapping. Null: this call is not observed.
         */
        @Nullable
        CallObserver observe(CallInfo call);
    }

    /**
     * An attempt is about to be sent; its endpoint is chosen.
     *
     * @param headers headers of this attempt; they replace headers of the request with the same name
     */
    default void attemptStarting(AttemptInfo attempt, OutgoingHeaders headers) {}

    /** The attempt has an outcome: response headers, or a failure. */
    default void attemptEnded(AttemptInfo attempt) {}

    /**
     * The call is over, its body included. Runs on the thread that ends it: the thread that reads the body, or the timer of the mesh
     * where a deadline ends the call. It must not wait.
     */
    default void ended(CallInfo call) {}
}
