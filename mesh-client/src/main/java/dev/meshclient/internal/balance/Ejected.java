package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointList;
import java.util.List;

/** The endpoints of a list that are ejected. */
record Ejected(EndpointList list, List<EndpointHealth> endpoints) {
    private static final int[] NOWHERE = {};

    /** The positions of the ejected endpoints within a part of the list, ascending. */
    int[] positions(List<Endpoint> some) {
        return endpoints.isEmpty() ? NOWHERE : list.positions(endpoints, some);
    }

    /** The same list with no endpoint ejected. */
    Ejected none() {
        return new Ejected(list, List.of());
    }
}
