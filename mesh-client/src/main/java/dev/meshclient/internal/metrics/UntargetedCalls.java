package dev.meshclient.internal.metrics;

import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import java.io.IOException;
import okhttp3.Response;

/** Counts the calls that fail before they have a target; the meter of its target counts any other call. */
record UntargetedCalls(CallSeries series, CallLayer next) implements CallLayer {
    @Override
    public Response call(Call call) throws IOException {
        try {
            return next.call(call);
        } catch (IOException e) {
            if (call.target() == null) {
                series.failed(call, e);
            }
            throw e;
        }
    }

    @Override
    public String toString() {
        return "call metrics";
    }
}
