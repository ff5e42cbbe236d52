package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointList;
import java.util.List;

/** The endpoints of a list that are ejected, or fail their health checks. */
record EjectedPositions(EndpointList list, List<EndpointHealth> endpoints) {
    private static final int[] NOWHERE = {};

    /** The positions of the ejected endpoints within a part of the list, ascending. */
    int[] positions(List<Endpoint> some) {
        return endpoints.isEmpty() ? NOWHERE : list.positions(endpoints, some);
    }

    /** The same list with only those that fail their health checks. */
    EjectedPositions failingChecks() {
        return new EjectedPositions(
                list, endpoints.stream().filter(EndpointHealth::failsChecks).toList());
    }

    /** The same list with no endpoint ejected. */
    EjectedPositions none() {
        return new EjectedPositions(list, List.of());
    }
}
