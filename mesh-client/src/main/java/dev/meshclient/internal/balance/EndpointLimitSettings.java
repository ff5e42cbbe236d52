package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.policy.Limits;

/**
 * The limits of each endpoint of a backend.
 *
 * @param requests attempts in flight
 * @param connections attempts in flight that may each occupy a connection: all of an endpoint that does not speak HTTP/2
 * @param maxPending attempts that wait while all endpoints are at their limits
 * @param shadow nothing is enforced
 */
record EndpointLimitSettings(int requests, int connections, long maxPending, boolean shadow) {
    static final int UNLIMITED = Integer.MAX_VALUE;

    /** Of connections: Envoy's default for those of a cluster. */
    private static final int BUILT_IN = 1024;

    /** Nothing is limited. */
    static final EndpointLimitSettings NONE = new EndpointLimitSettings(UNLIMITED, UNLIMITED, 0, false);

    static EndpointLimitSettings of(Limits stated) {
        Long requests = stated.maxRequestsPerEndpoint();
        Long connections = stated.maxConnectionsPerEndpoint();
        Long pending = stated.maxPendingRequests();
        return new EndpointLimitSettings(
                requests == null ? UNLIMITED : (int) Math.min(requests, UNLIMITED),
                connections == null ? BUILT_IN : (int) Math.min(connections, UNLIMITED),
                pending == null ? 0 : pending,
                Boolean.TRUE.equals(stated.shadow()));
    }

    /** The attempts that this endpoint may have in flight. */
    int of(EndpointHealth endpoint) {
        return endpoint.isMultiplexed() ? requests : Math.min(requests, connections);
    }

    void explain(ExplanationSink to) {
        to.setting("limits.maxRequestsPerEndpoint", requests == UNLIMITED ? null : requests);
        to.setting("limits.maxConnectionsPerEndpoint", connections);
    }

    /** Whether there is more than what is built in. */
    boolean isStated() {
        return requests != UNLIMITED || connections < BUILT_IN;
    }

    /** For the printed pipeline; empty: only what is built in. */
    String inWords() {
        return !isStated() ? "" : ", " + (shadow ? "shadow " : "") + this;
    }

    /** The limits that an endpoint can reach: more connections than requests are none. */
    @Override
    public String toString() {
        String ofRequests = requests == UNLIMITED ? "" : "limits.maxRequestsPerEndpoint " + requests;
        return requests <= connections && requests != UNLIMITED
                ? ofRequests
                : ofRequests + (ofRequests.isEmpty() ? "" : ", or ") + "limits.maxConnectionsPerEndpoint "
                        + connections;
    }
}
