package dev.meshclient.internal.authz;

import dev.meshclient.authz.InboundResult;
import java.util.Map;

/** The result for one inbound request. */
record Result(
        Status status, String policy, String rule, String reason, Map<String, Object> claims, boolean forwardToken)
        implements InboundResult {
    static Result refused(Status status, String policy, String rule, String reason) {
        return new Result(status, policy, rule, reason, Map.of(), false);
    }

    /** Without the claims, which may be confidential. */
    @Override
    public String toString() {
        return status + ": " + reason;
    }
}
