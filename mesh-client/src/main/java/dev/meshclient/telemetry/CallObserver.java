package dev.meshclient.telemetry;

import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Observes one call, in this order: {@link Factory#observe}, for each attempt {@link #attemptStarting} and
 * {@link #attemptEnded}, then {@link #ended}. The methods run on the thread of the call, {@link #ended} on the thread that ends
 * the body; they must not block. Their exceptions are logged, at most once a minute, and do not affect the call.
 */
public interface CallObserver {
    /** Makes the observer of each call. */
    @FunctionalInterface
    interface Factory {
        /**
         * Begins to observe a call that has entered the mesh, on the thread of the call; for {@code enqueue} a thread of
         * OkHttp's dispatcher. Null: this call is not observed.
         */
        @Nullable
        CallObserver observe(CallInfo call);
    }

    /**
     * An attempt is about to be sent; its endpoint is chosen.
     *
     * @param wire headers set here are sent with this attempt and replace headers of the request with the same name
     */
    default void attemptStarting(AttemptInfo attempt, Headers.Builder wire) {}

    /** The attempt has an outcome: response headers, or a failure. */
    default void attemptEnded(AttemptInfo attempt) {}

    /**
     * The call is over, its body included. Runs on the thread that ends it: the one that reads the body, or the timer of the mesh
     * where a deadline ends the call. It must not wait.
     */
    default void ended(CallInfo call) {}
}
