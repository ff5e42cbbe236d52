package dev.meshclient.spring.actuate;

import dev.meshclient.Explanation;
import dev.meshclient.MeshStatus;
import dev.meshclient.spring.actuate.MeshDescriptor.PolicyDescriptor;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A service, as {@code /actuator/mesh/{service}} states it. The fields have the names of {@link MeshStatus.Service}; null: left
 * out.
 *
 * @param explanation of the request that the reader stated, or of the service as a whole
 */
record ServiceDescriptor(
        String name,
        String state,
        @Nullable String revision,
        @Nullable Duration dropsIn,
        List<String> hosts,
        List<PolicyDescriptor> problems,
        int pending,
        List<CircuitBreaker> circuitBreakers,
        List<Endpoint> endpoints,
        Traffic traffic,
        String pipeline,
        @Nullable ExplanationDescriptor explanation)
        implements OperationResponseBody {

    record CircuitBreaker(
            String backend,
            String state,
            String reason,
            @Nullable Duration nextProbeIn,
            int attempts,
            int failures,
            boolean shadow) {}

    record Endpoint(
            String address,
            String locality,
            String cluster,
            String clusterState,
            String health,
            int weight,
            int inFlight,
            String ejected,
            boolean probed,
            @Nullable Duration nextProbeIn,
            String wouldBeEjected,
            String failedCheck,
            LastMinute lastMinute) {}

    record LastMinute(
            long requests,
            long failures,
            long retries,
            @Nullable Duration median,
            @Nullable Duration p99) {}

    record Traffic(Volume sameZone, Volume crossZone, Volume crossRegion, Volume unknown, long plaintext) {}

    record Volume(long requests, long sentBytes, long receivedBytes) {}

    static ServiceDescriptor of(
            String name, MeshStatus.Service service, @Nullable Explanation explanation, SanitizedValues values) {
        return new ServiceDescriptor(
                name,
                StatusValues.word(service.state()),
                StatusValues.stated(service.revision()),
                StatusValues.millis(service.dropsIn()),
                service.hosts(),
                PolicyDescriptor.of(service.problems(), values),
                service.pending(),
                service.circuitBreakers().stream()
                        .map(ServiceDescriptor::breaker)
                        .toList(),
                service.endpoints().stream()
                        .map(endpoint -> endpoint(endpoint, values))
                        .toList(),
                traffic(service.traffic()),
                values.text("pipeline", service.pipeline()),
                explanation == null ? null : ExplanationDescriptor.of(explanation, values));
    }

    private static CircuitBreaker breaker(MeshStatus.CircuitBreaker breaker) {
        return new CircuitBreaker(
                breaker.backend(),
                StatusValues.word(breaker.state()),
                breaker.reason(),
                StatusValues.millis(breaker.nextProbeIn()),
                breaker.attempts(),
                breaker.failures(),
                breaker.isShadow());
    }

    private static Endpoint endpoint(MeshStatus.Endpoint endpoint, SanitizedValues values) {
        MeshStatus.LastMinute minute = endpoint.lastMinute();
        return new Endpoint(
                values.of("endpoint.address", endpoint.address()),
                StatusValues.locality(endpoint.locality()),
                endpoint.cluster(),
                StatusValues.word(endpoint.clusterState()),
                StatusValues.word(endpoint.health()),
                endpoint.weight(),
                endpoint.inFlight(),
                endpoint.ejected(),
                endpoint.isProbed(),
                StatusValues.millis(endpoint.nextProbeIn()),
                endpoint.wouldBeEjected(),
                values.text("endpoint.failedCheck", endpoint.failedCheck()),
                new LastMinute(
                        minute.requests(),
                        minute.failures(),
                        minute.retries(),
                        StatusValues.micros(minute.median()),
                        StatusValues.micros(minute.p99())));
    }

    private static Traffic traffic(MeshStatus.Traffic traffic) {
        return new Traffic(
                volume(traffic.sameZone()),
                volume(traffic.crossZone()),
                volume(traffic.crossRegion()),
                volume(traffic.unknown()),
                traffic.plaintext());
    }

    private static Volume volume(MeshStatus.Volume volume) {
        return new Volume(volume.requests(), volume.sentBytes(), volume.receivedBytes());
    }
}
