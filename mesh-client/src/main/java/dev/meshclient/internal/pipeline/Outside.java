package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.call.CallContext;
import dev.meshclient.internal.call.Layer;
import java.io.IOException;
import java.util.function.Consumer;
import okhttp3.Response;

/** In front of a service that is kept and that the document in force does not speak of: who calls it wants to be told of it. */
record Outside(Consumer<String> ask, Layer layers) implements Layer {
    @Override
    public Response call(CallContext call) throws IOException {
        ask.accept(call.request().url().host());
        return layers.call(call);
    }

    @Override
    public String toString() {
        return layers.toString();
    }
}
