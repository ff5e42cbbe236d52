package dev.meshclient.telemetry;

import okhttp3.Headers;

/**
 * What happens to one call, in order: {@link Factory#observe}, for each attempt {@link #attemptStarting} and
 * {@link #attemptEnded}, then {@link #ended}. These run on the thread of the call, the end of a body on the thread that ends it;
 * they must not block. What they throw is logged, at most once a minute, and harms no call.
 */
public interface CallObserver {
    /** Makes the observer of each call. */
    @FunctionalInterface
    interface Factory {
        /** A call entered the mesh. It runs on the thread that makes the call; for {@code enqueue} that is OkHttp's dispatcher. */
        CallObserver observe(CallInfo call);
    }

    /**
     * An attempt is about to be sent; its endpoint is chosen.
     *
     * @param wire headers set here are sent with this attempt, in the place of the request's headers of the same name
     */
    default void attemptStarting(AttemptInfo attempt, Headers.Builder wire) {}

    /** The attempt has an outcome: response headers, or a failure. */
    default void attemptEnded(AttemptInfo attempt) {}

    /** The call is over, its body included. */
    default void ended(CallInfo call) {}
}
