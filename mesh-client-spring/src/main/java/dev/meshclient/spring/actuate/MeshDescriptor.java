package dev.meshclient.spring.actuate;

import dev.meshclient.MeshStatus;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.spring.InboundAuthorization;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/** A mesh, as {@code /actuator/mesh} states it. The fields have the names of {@link MeshStatus}; null: left out. */
record MeshDescriptor(
        boolean enabled,
        @Nullable Boolean ready,
        @Nullable Workload workload,
        @Nullable String source,
        @Nullable String revision,
        @Nullable Duration age,
        @Nullable Freshness freshness,
        @Nullable Problem lastProblem,
        @Nullable Map<String, Identity> identities,
        @Nullable Map<String, List<PolicyDescriptor>> refusals,
        @Nullable Map<String, ServiceSummary> services,
        @Nullable ServiceMapDescriptor serviceMap,
        @Nullable Inbound inbound,
        List<Client> clients)
        implements OperationResponseBody {

    record Workload(String service, String locality) {}

    record Freshness(String from, Duration age) {}

    record Problem(String message, Duration age, Duration lasting, List<PolicyDescriptor> refused) {}

    record Identity(
            String source,
            @Nullable String id,
            @Nullable Duration age,
            @Nullable Duration expiresIn,
            String problem) {}

    /** A problem of a policy document. */
    record PolicyDescriptor(String path, String value, String expected, int line) {
        static List<PolicyDescriptor> of(List<PolicyProblem> problems, SanitizedValues values) {
            return problems.stream()
                    .map(problem -> new PolicyDescriptor(
                            problem.path(),
                            values.of("policy.value", problem.value()),
                            problem.expected(),
                            problem.line()))
                    .toList();
        }
    }

    /** @param endpoints the number of its endpoints */
    record ServiceSummary(
            String state,
            @Nullable String revision,
            @Nullable Duration dropsIn,
            List<String> hosts,
            int endpoints,
            long ejected) {}

    /**
     * The authorization of inbound requests.
     *
     * @param problem why the mode does not fit the policy or the certificate
     */
    record Inbound(String mode, @Nullable String problem) {}

    /**
     * A client with {@code @MeshClient}.
     *
     * @param name that of the bean, or of the group of HTTP interfaces, which has no type
     */
    record Client(String name, @Nullable String type, String service) {}

    /** The mesh is off. */
    static MeshDescriptor off(List<Client> clients) {
        return new MeshDescriptor(
                false, null, null, null, null, null, null, null, null, null, null, null, null, clients);
    }

    static MeshDescriptor of(
            MeshStatus status,
            boolean ready,
            @Nullable InboundAuthorization inbound,
            List<Client> clients,
            SanitizedValues values) {
        MeshStatus.Freshness freshness = status.freshness();
        MeshStatus.Problem problem = status.lastProblem();
        return new MeshDescriptor(
                true,
                ready,
                new Workload(
                        status.serviceMap().workload(),
                        StatusValues.locality(status.serviceMap().locality())),
                values.of("source", status.source()),
                StatusValues.stated(status.revision()),
                StatusValues.millis(status.age()),
                freshness == null
                        ? null
                        : new Freshness(StatusValues.word(freshness.from()), StatusValues.inMillis(freshness.age())),
                problem == null ? null : problem(problem, values),
                identities(status, values),
                each(status.refusals(), refused -> PolicyDescriptor.of(refused, values)),
                each(status.services(), MeshDescriptor::summary),
                ServiceMapDescriptor.of(status.serviceMap()),
                inbound == null ? null : new Inbound(inbound.mode(), inbound.problem(status)),
                clients);
    }

    private static Problem problem(MeshStatus.Problem problem, SanitizedValues values) {
        return new Problem(
                values.of("problem", problem.message()),
                StatusValues.inMillis(problem.age()),
                StatusValues.inMillis(problem.lasting()),
                PolicyDescriptor.of(problem.refused(), values));
    }

    /** The identity in the mesh has no name: it is that of the workload, as in the metrics. */
    private static Map<String, Identity> identities(MeshStatus status, SanitizedValues values) {
        Map<String, Identity> all = new TreeMap<>();
        status.identities()
                .forEach((name, identity) -> all.put(
                        name.isEmpty() ? "workload" : name,
                        new Identity(
                                values.of("identity.source", identity.source()),
                                StatusValues.stated(identity.id()),
                                StatusValues.millis(identity.age()),
                                StatusValues.millis(identity.expiresIn()),
                                values.of("identity.problem", identity.problem()))));
        return all;
    }

    private static ServiceSummary summary(MeshStatus.Service service) {
        return new ServiceSummary(
                StatusValues.word(service.state()),
                StatusValues.stated(service.revision()),
                StatusValues.millis(service.dropsIn()),
                service.hosts(),
                service.endpoints().size(),
                service.endpoints().stream()
                        .filter(endpoint -> !endpoint.ejected().isEmpty())
                        .count());
    }

    private static <T, R> Map<String, R> each(Map<String, T> all, Function<T, R> as) {
        Map<String, R> described = new TreeMap<>();
        all.forEach((name, one) -> described.put(name, as.apply(one)));
        return described;
    }
}
