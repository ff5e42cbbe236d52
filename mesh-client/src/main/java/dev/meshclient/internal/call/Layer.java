package dev.meshclient.internal.call;

import java.io.IOException;
import okhttp3.Response;

/** One step of a call: does its part and asks the layer below, on the thread that called it. */
@FunctionalInterface
public interface Layer {
    /** Returns what the peer answered. The body is not read yet: what must last until its end is told to {@link CallContext#onEnd}. */
    Response call(CallContext call) throws IOException;
}
