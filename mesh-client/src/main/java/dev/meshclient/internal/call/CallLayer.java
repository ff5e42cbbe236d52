package dev.meshclient.internal.call;

import java.io.IOException;
import okhttp3.Response;

/** One step that a call takes once, whatever the number of its attempts: does its part and asks the layer below, on the same thread. */
@FunctionalInterface
public interface CallLayer {
    /** Returns the peer's answer. The body is not read yet: what must last until its end is given back by {@link Scope#onEnd}. */
    Response call(Call call) throws IOException;
}
