package dev.meshclient;

import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.PolicyProblem;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a mesh knows at one moment, for health pages and for people: which policy is in force, what of it is refused or kept
 * from before, and how each endpoint stands.
 *
 * @param source where policy comes from
 * @param revision {@code epoch/version} of the document in force; empty before the first
 * @param age since that came into force; null before the first
 * @param freshness how much that document can be trusted to be what the source has now; null before the first
 * @param lastProblem what the source said last, if nothing good came from it since: no document, and not that it still has the
 *     one in force
 * @param identities what this workload proves, by {@code credentialName}; its identity in the mesh has the empty name
 * @param services by name
 */
public record MeshStatus(
        String source,
        String revision,
        @Nullable Duration age,
        @Nullable Freshness freshness,
        @Nullable Problem lastProblem,
        Map<String, Identity> identities,
        Map<String, Service> services) {
    private static final int ENDPOINTS_PRINTED = 100;

    public MeshStatus {
        identities = Collections.unmodifiableMap(new TreeMap<>(identities));
        services = Collections.unmodifiableMap(new TreeMap<>(services));
    }

    /**
     * What this workload proves to its peers.
     *
     * @param source where it comes from
     * @param id the SPIFFE ID, or the subject of a certificate that has none; empty: there is none yet
     * @param age since that certificate is in use; null: there is none yet
     * @param expiresIn negative: it has expired; null: there is none yet
     * @param problem why there is nothing newer; empty: all is well
     */
    public record Identity(
            String source,
            String id,
            @Nullable Duration age,
            @Nullable Duration expiresIn,
            String problem) {
        @Override
        public String toString() {
            return (id.isEmpty() ? "no certificate yet" : id) + " from " + source
                    + (age == null ? "" : ", for " + length(age))
                    + (expiresIn == null
                            ? ""
                            : expiresIn.isNegative()
                                    ? ", expired " + length(expiresIn.negated()) + " ago"
                                    : ", expires in " + length(expiresIn))
                    + (problem.isEmpty() ? "" : "\n  ! " + problem);
        }
    }

    /** How the policy of a service came to be what it is. */
    public enum State {
        /** As the document in force says. */
        IN_FORCE,
        /** The document has it and it is refused: its last good policy is kept. */
        KEPT,
        /** The document does not have it: its last policy is kept for a time. */
        ABSENT,
        /** The document has it, it is refused, and there was no good one before: its calls fail with {@link PolicyUnavailable}. */
        REFUSED
    }

    /** Where the document in force came from. */
    public enum From {
        /** From the source, or the source has said since that it has it. */
        LIVE,
        /** From the snapshot of an earlier process, and the source has not been heard since. */
        SNAPSHOT,
        /** As {@link #SNAPSHOT}, and the document's {@code metadata.ttl} was over when it came into force. */
        STALE
    }

    /**
     * How much the document in force can be trusted to be what the source has now.
     *
     * @param from where it came from
     * @param age since the source last said that it has it, also where an earlier process heard that
     */
    public record Freshness(From from, Duration age) {
        @Override
        public String toString() {
            return switch (from) {
                        case LIVE -> "live";
                        case SNAPSHOT -> "from a snapshot";
                        case STALE -> "from a STALE snapshot";
                    }
                    + ", confirmed " + length(age) + " ago";
        }
    }

    /**
     * What a source said.
     *
     * @param message what happened
     * @param age since then
     * @param lasting since the first problem after which nothing good came
     * @param refused what is wrong with the document, if it was that; empty otherwise
     */
    public record Problem(String message, Duration age, Duration lasting, List<PolicyProblem> refused) {
        public Problem {
            refused = List.copyOf(refused);
        }
    }

    /**
     * A service.
     *
     * @param state how its policy came to be what it is
     * @param revision of the document that its policy is from; empty if it has none
     * @param dropsIn when it goes unless a document has it again; null if it does not
     * @param hosts that are its
     * @param problems why the document's is refused; empty if it is not
     * @param pipeline its rules, and the layers of each, as text for people; empty if its calls are refused
     * @param endpoints all that its policy lists; with resolution {@code DNS} the addresses that are known of its names
     * @param traffic how far its attempts went since it is known
     */
    public record Service(
            State state,
            String revision,
            @Nullable Duration dropsIn,
            List<String> hosts,
            List<PolicyProblem> problems,
            String pipeline,
            List<Endpoint> endpoints,
            Traffic traffic) {
        public Service {
            hosts = List.copyOf(hosts);
            problems = List.copyOf(problems);
            endpoints = List.copyOf(endpoints);
        }
    }

    /**
     * How far attempts went, the first ones and retries alike: what leaves a zone may cost, and takes longer. With resolution
     * {@code NONE} nothing is known of it.
     *
     * @param sameZone to endpoints in our zone
     * @param crossZone to other zones of our region
     * @param crossRegion to other regions
     * @param unknown where our zone or theirs is not stated
     * @param plaintext of all these attempts, those without TLS
     */
    public record Traffic(Volume sameZone, Volume crossZone, Volume crossRegion, Volume unknown, long plaintext) {
        /** Nothing yet. */
        public static final Traffic NONE = new Traffic(Volume.NONE, Volume.NONE, Volume.NONE, Volume.NONE, 0);

        @Override
        public String toString() {
            return "to our zone " + sameZone + "; to other zones " + crossZone + "; to other regions " + crossRegion
                    + (unknown.requests == 0 ? "" : "; not known " + unknown)
                    + (plaintext == 0 ? "" : "; in the clear " + plaintext);
        }
    }

    /**
     * How much.
     *
     * @param requests attempts that began
     * @param sentBytes of request bodies that were sent to their end
     * @param receivedBytes of response bodies that were read to their end, as they came over the wire; without headers and TLS
     */
    public record Volume(long requests, long sentBytes, long receivedBytes) {
        /** Nothing. */
        public static final Volume NONE = new Volume(0, 0, 0);

        @Override
        public String toString() {
            return requests + (requests == 0 ? "" : " (" + sentBytes + " B sent, " + receivedBytes + " B received)");
        }
    }

    /**
     * An endpoint.
     *
     * @param address {@code address:port}
     * @param locality where it is
     * @param cluster that it belongs to; empty if none is stated
     * @param health as the registry sees it
     * @param inFlight attempts under way, until the end of their bodies
     * @param ejected why it gets no calls for now; empty: it is not ejected
     * @param nextProbeIn when one request may try an ejected one; null if it is not ejected
     */
    public record Endpoint(
            String address,
            Locality locality,
            String cluster,
            Health health,
            int inFlight,
            String ejected,
            @Nullable Duration nextProbeIn) {
        @Override
        public String toString() {
            String place = Stream.of(locality.region(), locality.zone(), locality.subzone())
                    .filter(part -> !part.isEmpty())
                    .collect(Collectors.joining("/"));
            return address + (place.isEmpty() ? "" : " in " + place) + (cluster.isEmpty() ? "" : " of " + cluster) + " "
                    + health + ", " + inFlight + " in flight"
                    + (nextProbeIn == null ? "" : ", ejected (next probe in " + length(nextProbeIn) + "): " + ejected);
        }
    }

    MeshStatus with(@Nullable Freshness fresh, @Nullable Problem problem) {
        return new MeshStatus(source, revision, age, age == null ? null : fresh, problem, identities, services);
    }

    MeshStatus with(Map<String, Identity> known) {
        return new MeshStatus(source, revision, age, freshness, lastProblem, known, services);
    }

    /** Whether a policy is in force. */
    public boolean isReady() {
        return age != null;
    }

    /** All that is refused: problems by service, and under {@code $} those of the last document if it was refused as a whole. */
    public Map<String, List<PolicyProblem>> refusals() {
        Map<String, List<PolicyProblem>> refusals = new LinkedHashMap<>();
        if (lastProblem != null && !lastProblem.refused.isEmpty()) {
            refusals.put("$", lastProblem.refused);
        }
        services.forEach((name, service) -> {
            if (!service.problems.isEmpty()) {
                refusals.put(name, service.problems);
            }
        });
        return Collections.unmodifiableMap(refusals);
    }

    /** Several lines, for a log or a health page; of each service at most {@value #ENDPOINTS_PRINTED} endpoints. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder()
                .append(age == null ? "no policy" : "policy " + revision)
                .append(" from ")
                .append(source)
                .append(age == null ? "" : ", in force for " + length(age))
                .append(freshness == null ? "" : ", " + freshness);
        if (lastProblem != null) {
            text.append("\nlast problem, ")
                    .append(length(lastProblem.age))
                    .append(" ago")
                    .append(
                            length(lastProblem.lasting).equals(length(lastProblem.age))
                                    ? ""
                                    : ", no good news for " + length(lastProblem.lasting))
                    .append(": ")
                    .append(lastProblem.message.replace("\n", "\n  "));
        }
        identities.forEach(
                (name, identity) -> text.append(name.isEmpty() ? "\nidentity " : "\ncertificate '" + name + "' ")
                        .append(identity));
        services.forEach((name, service) -> print(text, name, service));
        return text.toString();
    }

    private static void print(StringBuilder text, String name, Service service) {
        text.append('\n')
                .append(PolicyProblem.pathOf("services", name))
                .append(' ')
                .append(words(service))
                .append(", hosts ")
                .append(service.hosts);
        service.problems.forEach(problem -> text.append("\n  ! ").append(problem));
        if (!service.traffic.equals(Traffic.NONE)) {
            text.append("\n  requests ").append(service.traffic);
        }
        service.endpoints.stream().limit(ENDPOINTS_PRINTED).forEach(endpoint -> text.append("\n  ")
                .append(endpoint));
        if (service.endpoints.size() > ENDPOINTS_PRINTED) {
            text.append("\n  and ")
                    .append(service.endpoints.size() - ENDPOINTS_PRINTED)
                    .append(" more endpoints");
        }
        if (!service.pipeline.isEmpty()) {
            text.append("\n  ").append(service.pipeline.replace("\n", "\n  "));
        }
    }

    private static String words(Service service) {
        return switch (service.state) {
            case IN_FORCE -> "is in force";
            case KEPT -> "is refused and kept as in " + service.revision;
            case ABSENT ->
                "is not listed and kept as in " + service.revision
                        + (service.dropsIn == null ? "" : " for " + length(service.dropsIn));
            case REFUSED -> "is refused and has no earlier policy";
        };
    }

    /** One unit is enough for people. */
    static String length(Duration time) {
        long seconds = time.toSeconds();
        return seconds < 120
                ? seconds + " s"
                : seconds < 7200
                        ? seconds / 60 + " min"
                        : seconds < 172_800 ? seconds / 3600 + " h" : time.toDays() + " d";
    }
}
