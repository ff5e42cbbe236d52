package dev.meshclient.internal.authz;

import dev.meshclient.authz.AuthorizationEvent;

/** One authorization event. */
public record Notice(
        boolean inbound, String service, Kind kind, String policy, String rule, String peer, String method, String path)
        implements AuthorizationEvent {
    @Override
    public String toString() {
        return (inbound ? "inbound " : "outbound ") + kind + ": " + method + " " + path + " of "
                + (peer.isEmpty() ? "an unknown peer" : peer) + " at '" + service + "'"
                + (policy.isEmpty() ? "" : " by policy '" + policy + "', " + rule);
    }
}
