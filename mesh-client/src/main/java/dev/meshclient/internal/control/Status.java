package dev.meshclient.internal.control;

import dev.meshclient.Explanation;
import dev.meshclient.MeshStatus;
import dev.meshclient.ServiceMap;
import dev.meshclient.internal.text.Durations;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.PolicyProblem;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The state of a mesh at one time, as facts and as text. */
public record Status(
        String source,
        String revision,
        @Nullable Duration age,
        @Nullable Freshness freshness,
        @Nullable Problem lastProblem,
        Map<String, Identity> identities,
        Map<String, Service> services,
        ServiceMap serviceMap)
        implements MeshStatus {
    private static final int ENDPOINTS_PRINTED = 100;

    public Status {
        identities = Collections.unmodifiableMap(new TreeMap<>(identities));
        services = Collections.unmodifiableMap(new TreeMap<>(services));
    }

    public record IdentityFacts(
            String source,
            String id,
            @Nullable Duration age,
            @Nullable Duration expiresIn,
            String problem) implements MeshStatus.Identity {
        @Override
        public String toString() {
            return (id.isEmpty() ? "no certificate yet" : id) + " from " + source
                    + (age == null ? "" : ", for " + Durations.rounded(age))
                    + (expiresIn == null
                            ? ""
                            : expiresIn.isNegative()
                                    ? ", expired " + Durations.rounded(expiresIn.negated()) + " ago"
                                    : ", expires in " + Durations.rounded(expiresIn))
                    + (problem.isEmpty() ? "" : "\n  ! " + problem);
        }
    }

    public record FreshnessFacts(From from, Duration age) implements MeshStatus.Freshness {
        @Override
        public String toString() {
            return switch (from) {
                        case LIVE -> "live";
                        case SNAPSHOT -> "from a snapshot";
                        case STALE -> "from a STALE snapshot";
                    }
                    + ", confirmed " + Durations.rounded(age) + " ago";
        }
    }

    public record ProblemFacts(String message, Duration age, Duration lasting, List<PolicyProblem> refused)
            implements MeshStatus.Problem {
        public ProblemFacts {
            refused = List.copyOf(refused);
        }
    }

    /** @param explain not compared */
    public record ServiceFacts(
            String name,
            State state,
            String revision,
            @Nullable Duration dropsIn,
            List<String> hosts,
            List<PolicyProblem> problems,
            String pipeline,
            int pending,
            List<Endpoint> endpoints,
            List<CircuitBreaker> circuitBreakers,
            Traffic traffic,
            Supplier<@Nullable Explanation> explain)
            implements MeshStatus.Service {
        public ServiceFacts {
            hosts = List.copyOf(hosts);
            problems = List.copyOf(problems);
            endpoints = List.copyOf(endpoints);
            circuitBreakers = List.copyOf(circuitBreakers);
        }

        @Override
        public @Nullable Explanation effective() {
            return explain.get();
        }

        private List<Object> facts() {
            Object drops = Optional.ofNullable(dropsIn);
            return List.of(
                    name,
                    state,
                    revision,
                    drops,
                    hosts,
                    problems,
                    pipeline,
                    pending,
                    endpoints,
                    circuitBreakers,
                    traffic);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof ServiceFacts service && facts().equals(service.facts());
        }

        @Override
        public int hashCode() {
            return facts().hashCode();
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder()
                    .append(PolicyProblem.pathOf("services", name))
                    .append(' ')
                    .append(words())
                    .append(", hosts ")
                    .append(hosts);
            problems.forEach(problem -> text.append("\n  ! ").append(problem));
            if (!traffic.equals(TrafficFacts.NONE)) {
                text.append("\n  requests ").append(traffic);
            }
            if (pending > 0) {
                text.append("\n  ").append(pending).append(" pending (limits.maxPendingRequests)");
            }
            circuitBreakers.forEach(breaker -> text.append("\n  ").append(breaker));
            endpoints.stream().limit(ENDPOINTS_PRINTED).forEach(endpoint -> text.append("\n  ")
                    .append(endpoint));
            if (endpoints.size() > ENDPOINTS_PRINTED) {
                text.append("\n  and ")
                        .append(endpoints.size() - ENDPOINTS_PRINTED)
                        .append(" more endpoints");
            }
            if (!pipeline.isEmpty()) {
                text.append("\n  ").append(pipeline.replace("\n", "\n  "));
            }
            return text.toString();
        }

        private String words() {
            return switch (state) {
                case IN_FORCE -> "is in force";
                case KEPT -> "is refused and kept as in " + revision;
                case ABSENT ->
                    "is not listed and kept as in " + revision
                            + (dropsIn == null ? "" : " for " + Durations.rounded(dropsIn));
                case REFUSED -> "is refused and has no earlier policy";
            };
        }
    }

    public record TrafficFacts(Volume sameZone, Volume crossZone, Volume crossRegion, Volume unknown, long plaintext)
            implements MeshStatus.Traffic {
        /** No traffic yet. */
        public static final TrafficFacts NONE =
                new TrafficFacts(VolumeFacts.NONE, VolumeFacts.NONE, VolumeFacts.NONE, VolumeFacts.NONE, 0);

        @Override
        public String toString() {
            return "to our zone " + sameZone + "; to other zones " + crossZone + "; to other regions " + crossRegion
                    + (unknown.requests() == 0 ? "" : "; not known " + unknown)
                    + (plaintext == 0 ? "" : "; in the clear " + plaintext);
        }
    }

    public record VolumeFacts(long requests, long sentBytes, long receivedBytes) implements MeshStatus.Volume {
        /** No traffic. */
        public static final VolumeFacts NONE = new VolumeFacts(0, 0, 0);

        @Override
        public String toString() {
            return requests + (requests == 0 ? "" : " (" + sentBytes + " B sent, " + receivedBytes + " B received)");
        }
    }

    public record EndpointFacts(
            String address,
            Locality locality,
            String cluster,
            Cluster.State clusterState,
            Health health,
            int weight,
            int inFlight,
            String ejected,
            String failedCheck,
            boolean isProbed,
            @Nullable Duration nextProbeIn,
            String wouldBeEjected,
            LastMinute lastMinute)
            implements MeshStatus.Endpoint {
        @Override
        public String toString() {
            String place = Stream.of(locality.region(), locality.zone(), locality.subzone())
                    .filter(part -> !part.isEmpty())
                    .collect(Collectors.joining("/"));
            return address + (place.isEmpty() ? "" : " in " + place) + (cluster.isEmpty() ? "" : " of " + cluster)
                    + (clusterState == Cluster.State.UP ? " " : " (cluster " + clusterState + ") ") + health
                    + (weight == 0 ? ", weight 0 (gets no calls)" : "") + ", " + inFlight + " in flight"
                    + (lastMinute.requests() == 0 ? "" : ", in the last minute " + lastMinute)
                    + (nextProbeIn == null
                            ? ""
                            : ", ejected (" + (isProbed ? "probing" : "next probe in " + Durations.rounded(nextProbeIn))
                                    + "): " + ejected)
                    + (failedCheck.isEmpty() ? "" : ", unhealthy: " + failedCheck)
                    + (wouldBeEjected.isEmpty() ? "" : ", would be ejected: " + wouldBeEjected);
        }
    }

    public record LastMinuteFacts(
            long requests,
            long failures,
            long retries,
            @Nullable Duration median,
            @Nullable Duration p99) implements MeshStatus.LastMinute {
        @Override
        public String toString() {
            return requests + (requests == 1 ? " request, " : " requests, ") + failures + " failed, " + retries
                    + (retries == 1 ? " retry" : " retries")
                    + (median == null || p99 == null ? "" : ", median " + millis(median) + ", p99 " + millis(p99));
        }

        private static String millis(Duration latency) {
            return Math.round(latency.toNanos() / 100_000.0) / 10.0 + " ms";
        }
    }

    public Status with(@Nullable Freshness fresh, @Nullable Problem problem) {
        return new Status(source, revision, age, age == null ? null : fresh, problem, identities, services, serviceMap);
    }

    public Status with(Map<String, Identity> known) {
        return new Status(source, revision, age, freshness, lastProblem, known, services, serviceMap);
    }

    @Override
    public Map<String, List<PolicyProblem>> refusals() {
        Map<String, List<PolicyProblem>> refusals = new LinkedHashMap<>();
        if (lastProblem != null && !lastProblem.refused().isEmpty()) {
            refusals.put("$", lastProblem.refused());
        }
        services.forEach((name, service) -> {
            if (!service.problems().isEmpty()) {
                refusals.put(name, service.problems());
            }
        });
        return Collections.unmodifiableMap(refusals);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder()
                .append(age == null ? "no policy" : "policy " + revision)
                .append(" from ")
                .append(source)
                .append(age == null ? "" : ", in force for " + Durations.rounded(age))
                .append(freshness == null ? "" : ", " + freshness);
        if (lastProblem != null) {
            text.append("\nlast problem, ")
                    .append(Durations.rounded(lastProblem.age()))
                    .append(" ago")
                    .append(
                            Durations.rounded(lastProblem.lasting()).equals(Durations.rounded(lastProblem.age()))
                                    ? ""
                                    : ", failing for " + Durations.rounded(lastProblem.lasting()))
                    .append(": ")
                    .append(lastProblem.message().replace("\n", "\n  "));
        }
        identities.forEach(
                (name, identity) -> text.append(name.isEmpty() ? "\nidentity " : "\ncertificate '" + name + "' ")
                        .append(identity));
        services.values().forEach(service -> text.append('\n').append(service));
        return text.toString();
    }
}
