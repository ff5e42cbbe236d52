package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointList;
import java.util.List;

/** Plans for endpoints as they are just now. */
final class Plans {
    private Plans() {}

    static Plan of(List<Plan.Priority> priorities, PlanSettings settings) {
        List<Endpoint> all =
                priorities.stream().flatMap(p -> p.endpoints().stream()).toList();
        List<EndpointHealth> ejected = all.stream()
                .map(Endpoint::state)
                .filter(EndpointHealth::isEjected)
                .toList();
        List<Tier> tiers =
                priorities.stream().map(p -> new Tier(p, settings.zones())).toList();
        return Plan.of(tiers, settings, new EjectedPositions(EndpointList.of(all), ejected));
    }

    /** A choice without an attempt. */
    @SuppressWarnings("NullAway") // its steps are recorded, and its reason is not asked for
    static Picked picked(Plan plan) {
        return new Picked(null, null, plan);
    }

    /** All of these, none ejected. */
    static Members members(List<Endpoint> endpoints) {
        return new Members(new Pool(endpoints, null), new int[0]);
    }
}
