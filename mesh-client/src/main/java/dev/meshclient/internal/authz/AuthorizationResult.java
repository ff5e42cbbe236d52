package dev.meshclient.internal.authz;

import dev.meshclient.authz.InboundResult;
import java.util.Map;

/** One result, as it was decided. */
record AuthorizationResult(
        Status status, String policy, String rule, String reason, Map<String, Object> claims, boolean forwardToken)
        implements InboundResult {
    static AuthorizationResult refused(Status status, String policy, String rule, String reason) {
        return new AuthorizationResult(status, policy, rule, reason, Map.of(), false);
    }

    /** Without the claims, which are private to the caller. */
    @Override
    public String toString() {
        return status + ": " + reason;
    }
}
