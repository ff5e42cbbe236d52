package dev.meshclient.spring.actuate;

import dev.meshclient.MeshStatus;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.PolicyProblem;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
        List<Client> clients)
        implements OperationResponseBody {

    record Workload(String service, String locality) {}

    record Freshness(String from, Duration age) {}

    record Problem(String message, Duration age, Duration lasting, List<PolicyDescriptor> refused) {}

    record Identity(
            String source,
            String id,
            @Nullable Duration age,
            @Nullable Duration expiresIn,
            String problem) {}

    /** A problem of a policy document. */
    record PolicyDescriptor(String path, String value, String expected, int line) {
        static List<PolicyDescriptor> of(List<PolicyProblem> problems, ShownValues values) {
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
            String revision,
            @Nullable Duration dropsIn,
            List<String> hosts,
            int endpoints,
            long ejected) {}

    /** A bean with {@code @MeshClient}. */
    record Client(String bean, @Nullable String type, String service) {}

    /** The mesh is off. */
    static MeshDescriptor off(List<Client> clients) {
        return new MeshDescriptor(false, null, null, null, null, null, null, null, null, null, null, clients);
    }

    static MeshDescriptor of(MeshStatus status, boolean ready, List<Client> clients, ShownValues values) {
        MeshStatus.Freshness freshness = status.freshness();
        MeshStatus.Problem problem = status.lastProblem();
        return new MeshDescriptor(
                true,
                ready,
                new Workload(
                        status.serviceMap().workload(),
                        locality(status.serviceMap().locality())),
                values.of("source", status.source()),
                status.revision(),
                millis(status.age()),
                freshness == null ? null : new Freshness(word(freshness.from()), inMillis(freshness.age())),
                problem == null ? null : problem(problem, values),
                identities(status, values),
                each(status.refusals(), refused -> PolicyDescriptor.of(refused, values)),
                each(status.services(), MeshDescriptor::summary),
                clients);
    }

    private static Problem problem(MeshStatus.Problem problem, ShownValues values) {
        return new Problem(
                values.of("problem", problem.message()),
                inMillis(problem.age()),
                inMillis(problem.lasting()),
                PolicyDescriptor.of(problem.refused(), values));
    }

    /** The identity in the mesh has no name: it is that of the workload, as in the metrics. */
    private static Map<String, Identity> identities(MeshStatus status, ShownValues values) {
        Map<String, Identity> all = new TreeMap<>();
        status.identities()
                .forEach((name, identity) -> all.put(
                        name.isEmpty() ? "workload" : name,
                        new Identity(
                                values.of("identity.source", identity.source()),
                                identity.id(),
                                millis(identity.age()),
                                millis(identity.expiresIn()),
                                values.of("identity.problem", identity.problem()))));
        return all;
    }

    private static ServiceSummary summary(MeshStatus.Service service) {
        return new ServiceSummary(
                word(service.state()),
                service.revision(),
                millis(service.dropsIn()),
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

    /** {@code region/zone/subzone}; empty: not stated. */
    static String locality(Locality at) {
        return Stream.of(at.region(), at.zone(), at.subzone())
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("/"));
    }

    /** In lower case with {@code -}, as in the JSON form of an explanation. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Durations of calls are often below a millisecond. */
    static @Nullable Duration micros(@Nullable Duration duration) {
        return duration == null ? null : duration.truncatedTo(ChronoUnit.MICROS);
    }

    static @Nullable Duration millis(@Nullable Duration duration) {
        return duration == null ? null : inMillis(duration);
    }

    private static Duration inMillis(Duration duration) {
        return duration.truncatedTo(ChronoUnit.MILLIS);
    }
}
