package dev.meshclient.internal.call;

import java.io.IOException;
import okhttp3.Response;

/** One step of each attempt: does its part and asks the layer below, on the same thread. */
@FunctionalInterface
public interface AttemptLayer {
    /** Returns the peer's answer. The body is not read yet: what must last until its end is given back by {@link Scope#onEnd}. */
    Response call(Attempt attempt) throws IOException;
}
