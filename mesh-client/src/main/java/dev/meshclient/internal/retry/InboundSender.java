package dev.meshclient.internal.retry;

import dev.meshclient.InboundContext;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Outcome;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** The sender of the inbound request that a call is made for: it need not repeat what was repeated here. */
final class InboundSender {
    private InboundSender() {}

    /**
     * The call ends with this attempt. If no endpoint can have processed any attempt, the reason may be this process, and another one may
     * succeed.
     */
    static void ended(Call call, Attempt attempt, @Nullable Response response, RetryConditions conditions) {
        InboundContext inbound = call.options().inbound();
        Outcome outcome = attempt.outcome();
        if (inbound == null || outcome == null) {
            return;
        }
        boolean repeated =
                attempt.announcedNumber() > inbound.attempt() && conditions.again(call, outcome, attempt.status());
        if (repeated || isNotToRepeat(response)) {
            inbound.noteRetriesUsed();
        }
    }

    /** A call without retries ends with this response. */
    static void ended(Call call, Response response) {
        if (isNotToRepeat(response)) {
            retriesUsed(call);
        }
    }

    private static boolean isNotToRepeat(@Nullable Response response) {
        return response != null && response.code() >= 400 && response.header("x-mesh-no-retry") != null;
    }

    /** The retries that this process may make are used up. */
    static void retriesUsed(Call call) {
        InboundContext inbound = call.options().inbound();
        if (inbound != null) {
            inbound.noteRetriesUsed();
        }
    }
}
