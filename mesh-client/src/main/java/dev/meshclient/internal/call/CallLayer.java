package dev.meshclient.internal.call;

import java.io.IOException;
import okhttp3.Response;

/**
 * One layer that a call passes once, whatever the number of its attempts: does its part and calls the layer below, on the same
 * thread.
 */
@FunctionalInterface
public interface CallLayer {
    /**
     * Returns the peer's response. Its body is not read yet: resources that must last until its end are released by
     * {@link Scope#onEnd}.
     */
    Response call(Call call) throws IOException;

    /** States what this layer, and the layers that it chooses, would do with a call. Default: nothing. */
    default void explain(ExplanationSink to) {}
}
