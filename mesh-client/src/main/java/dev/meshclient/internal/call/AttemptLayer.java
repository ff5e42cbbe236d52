package dev.meshclient.internal.call;

import java.io.IOException;
import okhttp3.Response;

/** One layer of each attempt: does its part and calls the layer below, on the same thread. */
@FunctionalInterface
public interface AttemptLayer {
    /**
     * Returns the peer's response. Its body is not read yet: resources that must last until its end are released by
     * {@link Scope#onEnd}.
     */
    Response call(Attempt attempt) throws IOException;

    /** States what this layer would do with the first attempt of a call. Default: nothing. */
    default void explain(ExplanationSink to) {}
}
