package dev.meshclient.internal.retry;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import java.io.IOException;
import okhttp3.Response;

/** Without retries: the call has one attempt. */
record Once(AttemptLayer next) implements CallLayer {
    @Override
    public Response call(Call call) throws IOException {
        Attempt first = call.beginAttempt();
        try {
            Response response = next.call(first);
            InboundSender.ended(call, response);
            return response;
        } finally {
            Attempt attempt = Retry.deciding(call, first);
            if (RetryConditions.isFailure(attempt.outcome(), attempt.status())) {
                call.noRetry(RetryConditions.NONE_STATED);
            }
        }
    }

    @Override
    public String toString() {
        return "once";
    }
}
