package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.balance.FailbackRamp;
import dev.meshclient.internal.endpoint.EndpointState;
import dev.meshclient.internal.endpoint.EndpointTable;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.limit.InFlight;
import dev.meshclient.internal.outlier.Duty;
import dev.meshclient.internal.outlier.Rota;
import dev.meshclient.internal.resolve.DnsCache;
import dev.meshclient.internal.resolve.ResolvedEndpoints;
import dev.meshclient.internal.retry.RetryBudget;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What outlives a change of policy: statistics of endpoints, calls in flight, retry budgets, who judges, the way home. */
final class Survivors {
    private final EndpointTable endpoints = new EndpointTable();
    private final DnsCache names;
    private final Map<String, InFlight> inFlight = new ConcurrentHashMap<>();
    private final Map<String, RetryBudget> budgets = new ConcurrentHashMap<>();
    private final Map<String, ServiceState> fleets = new ConcurrentHashMap<>();
    private final Map<String, FailbackRamp> homecomings = new ConcurrentHashMap<>();
    private final Map<String, Rota> rotas = new ConcurrentHashMap<>();
    private final Map<String, ResolvedEndpoints> rosters = new ConcurrentHashMap<>();

    Survivors(DnsCache names) {
        this.names = names;
    }

    /** What one policy takes over; what it does not is forgotten at its end. */
    final class Use {
        private final Set<EndpointTable.Key> usedEndpoints = new HashSet<>();
        private final Set<String> usedBackends = new HashSet<>();
        private final Set<String> usedServices = new HashSet<>();
        private final Set<String> usedFleets = new HashSet<>();
        private final Set<String> usedNames = new HashSet<>();
        private final Set<String> usedRosters = new HashSet<>();
        private final Map<String, Duty> usedDuties = new HashMap<>();

        EndpointState endpoint(EndpointTable.Key key) {
            usedEndpoints.add(key);
            return endpoints.state(key);
        }

        ResolvedEndpoints roster(String service, List<ResolvedEndpoints.Entry> entries) {
            entries.stream()
                    .map(ResolvedEndpoints.Entry::name)
                    .filter(Objects::nonNull)
                    .forEach(usedNames::add);
            usedRosters.add(service);
            ResolvedEndpoints roster = rosters.computeIfAbsent(service, s -> new ResolvedEndpoints(s, names));
            roster.list(entries, this::endpoint);
            return roster;
        }

        InFlight inFlight(String backend) {
            usedBackends.add(backend);
            return inFlight.computeIfAbsent(backend, b -> new InFlight());
        }

        RetryBudget budget(String service) {
            usedServices.add(service);
            return budgets.computeIfAbsent(service, s -> new RetryBudget());
        }

        ServiceState fleet(String service) {
            usedFleets.add(service);
            return fleets.computeIfAbsent(service, s -> new ServiceState());
        }

        FailbackRamp homecoming(String backend) {
            usedBackends.add(backend);
            return homecomings.computeIfAbsent(backend, b -> new FailbackRamp());
        }

        Duty duty(String service, String backend) {
            usedBackends.add(backend);
            return usedDuties.computeIfAbsent(backend, b -> rotas.computeIfAbsent(service, s -> new Rota())
                    .next(b));
        }

        /** Forgets the rest; the consumer is told of every endpoint that goes. */
        void end(Consumer<EndpointState> gone) {
            rosters.keySet().retainAll(usedRosters);
            names.retain(usedNames);
            endpoints.retain(usedEndpoints, gone);
            // A backend that comes back while calls are under way still counts them.
            inFlight.entrySet()
                    .removeIf(e ->
                            !usedBackends.contains(e.getKey()) && e.getValue().count() == 0);
            budgets.keySet().retainAll(usedServices);
            fleets.keySet().retainAll(usedFleets);
            homecomings.keySet().retainAll(usedBackends);
            rotas.keySet().retainAll(usedFleets);
            rotas.values().forEach(r -> r.inForce(usedBackends));
        }
    }

    /** The state of an endpoint; null: no call can reach it. */
    @Nullable
    EndpointState endpoint(EndpointTable.Key key) {
        return endpoints.find(key);
    }

    /** The endpoints of a service as a whole; null: no call can reach it. */
    @Nullable
    ServiceState fleet(String service) {
        return fleets.get(service);
    }

    /** Where a service is reached by its names; null: no call needs them. */
    @Nullable
    ResolvedEndpoints roster(String service) {
        return rosters.get(service);
    }

    /** Some names stand for others now; the consumer is told of every endpoint that goes. */
    void refresh(Consumer<EndpointState> gone) {
        rosters.values().forEach(r -> r.refresh(endpoints, gone));
    }

    void forEachEndpoint(Consumer<EndpointState> consumer) {
        endpoints.forEach(consumer);
    }
}
