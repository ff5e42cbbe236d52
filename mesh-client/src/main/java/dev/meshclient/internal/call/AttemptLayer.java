package dev.meshclient.internal.call;

import java.io.IOException;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** One layer of each attempt: does its part and calls the layer below, on the same thread. */
@FunctionalInterface
public interface AttemptLayer {
    /**
     * Returns the peer's response. Its body is not read yet: resources that must last until its end are released by
     * {@link Scope#onEnd}.
     */
    Response call(Attempt attempt) throws IOException;

    /** Null, by default: neither this layer nor one below refuses attempts for the state of the backend. */
    default @Nullable AttemptGate gate() {
        return null;
    }

    /** States what this layer would do with the first attempt of a call. Default: nothing. */
    default void explain(ExplanationSink to) {}
}
