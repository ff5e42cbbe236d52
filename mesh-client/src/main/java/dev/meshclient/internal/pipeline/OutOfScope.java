package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.ExplanationSink;
import java.io.IOException;
import java.util.function.Consumer;
import okhttp3.Response;

/**
 * Precedes the layers of a kept service that the document in force does not cover: each call requests its host from the source.
 */
record OutOfScope(Consumer<String> ask, CallLayer layers) implements CallLayer {
    @Override
    public Response call(Call call) throws IOException {
        ask.accept(call.request().url().host());
        return layers.call(call);
    }

    @Override
    public void explain(ExplanationSink to) {
        to.remark(
                "the document in force does not cover the service, which is kept; each call requests its host from the source");
        layers.explain(to);
    }

    @Override
    public String toString() {
        return layers.toString();
    }
}
