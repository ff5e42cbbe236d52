package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.balance.Planner;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.outlier.Ejections;
import dev.meshclient.internal.resolve.Resolve;
import org.jspecify.annotations.Nullable;

/**
 * What the rules that send to a backend share.
 *
 * @param name {@code service} or {@code service/subset}
 * @param service of the backend
 * @param named how its names are awaited; null: it has none
 */
record CompiledBackend(
        String name,
        String service,
        ServiceState serviceState,
        BackendState state,
        EndpointSet endpoints,
        Resolve.@Nullable NamedBackend named,
        Planner planner,
        Ejections ejections) {
    /** Its plan and its rules are in force now. */
    void activate() {
        planner.activate();
        ejections.activate();
    }

    /** Whether all its endpoints take part in the mesh's TLS as its settings say. */
    boolean isAlike() {
        return named == null && endpoints.now().endpoints().stream().allMatch(e -> e.tlsMode() == null);
    }
}
