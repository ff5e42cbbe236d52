package dev.meshclient.spring.server;

import dev.meshclient.InboundContext;
import dev.meshclient.authz.InboundResult;
import org.jspecify.annotations.Nullable;

/**
 * The decision about one request.
 *
 * @param status 200: the application handles it; otherwise the status of the refusal
 * @param result null: the policy was not needed
 * @param context null: it has no effect on calls
 * @param hidesToken whether the application must not see the token
 */
record InboundDecision(
        int status,
        @Nullable InboundResult result,
        @Nullable InboundContext context,
        boolean hidesToken) {
    boolean isAdmitted() {
        return status == 200;
    }
}
