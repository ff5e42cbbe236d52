package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointList;
import java.util.List;

/** The endpoints of a list that are ejected. */
record Ejected(EndpointList list, List<EndpointHealth> endpoints) {
    private static final int[] NOWHERE = {};

    /** Where they stand among some endpoints of the list, from the first on. */
    int[] positions(List<Endpoint> some) {
        return endpoints.isEmpty() ? NOWHERE : list.positions(endpoints, some);
    }

    /** As if none were. */
    Ejected none() {
        return new Ejected(list, List.of());
    }
}
