package dev.meshclient.internal.endpoint;

import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.Locality;

/**
 * An endpoint as one policy has it, with the state that outlives the policy.
 *
 * @param address an IP address or a name
 * @param port 1 to 65535
 * @param locality where it is
 * @param priority of its cluster; lower is preferred
 * @param weight its share; 0 = no traffic
 * @param health as the registry sees it
 * @param state its live numbers
 */
public record Endpoint(
        String address, int port, Locality locality, int priority, int weight, Health health, EndpointState state) {
    /** {@code address:port}. */
    public String name() {
        return state.name();
    }

    @Override
    public String toString() {
        return name();
    }
}
