package dev.meshclient.internal.control;

import dev.meshclient.internal.pipeline.AcceptedService;
import dev.meshclient.internal.pipeline.AppliedPolicy;
import dev.meshclient.internal.source.Remembered;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.DocumentScope;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.RefusedService;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the head and the documents of a snapshot. Its digest is right: unreadable content was written by another program and may cause any
 * exception.
 */
final class SnapshotContentReader {
    private final byte[] bytes;
    private int at;
    private Instant confirmed = Instant.EPOCH;
    private @Nullable Duration ttl;
    private String revision = "";
    private OutboundTrafficPolicy outbound = OutboundTrafficPolicy.ALLOW_ANY;
    private @Nullable DocumentScope scope;
    private final List<Metadata> order = new ArrayList<>();
    private final Map<String, Origin> origins = new HashMap<>();
    private Map<String, Cluster> lastClusters = Map.of();
    private final Map<String, Instant> dropsAt = new HashMap<>();
    private final Set<String> outside = new HashSet<>();
    private final Map<String, RefusedService> refused = new LinkedHashMap<>();
    private @Nullable String lastRefused;
    private final List<Integer> lengths = new ArrayList<>(); // of documents with services
    private final List<Source> sources = new ArrayList<>();

    private record Origin(String revision, @Nullable String trustDomain, Map<String, Cluster> clusters) {}

    private static final class Source {
        String name = "";
        Remembered said = Remembered.of(null, "", null, Instant.EPOCH);
        final List<Metadata> order = new ArrayList<>();
        final Map<String, RefusedService> refused = new LinkedHashMap<>();
        int length = -1;
    }

    SnapshotContentReader(byte[] bytes) {
        this.bytes = bytes;
    }

    Snapshot read() throws IOException {
        while (true) {
            int end = SnapshotFormat.endOfLine(bytes, at);
            String line = SnapshotFormat.text(bytes, at, end);
            at = end + 1;
            if (line.isEmpty()) {
                break;
            }
            String[] words = line.split(" ", -1);
            @Nullable String[] values = new String[words.length - 1];
            for (int i = 0; i < values.length; i++) {
                String word = words[i + 1];
                values[i] = word.equals(SnapshotFormat.NULL) ? null : URLDecoder.decode(word, StandardCharsets.UTF_8);
            }
            fact(words[0], values);
        }
        Map<String, AcceptedService> services = new LinkedHashMap<>();
        for (int length : lengths) {
            SnapshotDocuments.read(next(length)).services().forEach((name, service) -> {
                Origin origin = origins.get(name);
                if (origin != null) {
                    services.put(
                            name, AcceptedService.kept(origin.revision, service, origin.clusters, origin.trustDomain));
                }
            });
        }
        Map<String, Remembered> memory = new HashMap<>();
        for (Source source : sources) {
            memory.put(source.name, remembered(source));
        }
        if (at != bytes.length) {
            throw new IOException("it is longer than its head states");
        }
        dropsAt.keySet().retainAll(services.keySet());
        outside.retainAll(services.keySet());
        AppliedPolicy policy = new AppliedPolicy(revision, outbound, 0, services, refused, Map.of(), scope, outside);
        return new Snapshot(policy, dropsAt, order, confirmed, ttl, memory);
    }

    private Remembered remembered(Source source) throws IOException {
        Remembered said = source.said;
        PolicyDocument document = null;
        if (source.length >= 0) {
            document = PolicyDocument.of(SnapshotDocuments.read(next(source.length)), List.of(), source.refused);
        }
        return new Remembered(said.etag(), said.digest(), said.rejection(), said.confirmed(), source.order, document);
    }

    private void fact(String word, @Nullable String[] values) throws IOException {
        switch (word) {
            case "confirmed" -> confirmed = Instant.parse(values[0]);
            case "ttl" -> ttl = values[0] == null ? null : Duration.parse(values[0]);
            case "revision" -> revision = stated(values[0]);
            case "outbound" -> outbound = OutboundTrafficPolicy.valueOf(values[0]);
            case "scope" -> scope = new DocumentScope(Set.copyOf(Arrays.asList(values)));
            case "version" ->
                (sources.isEmpty() ? order : source().order)
                        .add(new Metadata("", values[1], Long.valueOf(stated(values[0])), null, null, null));
            case "service" -> service(values);
            case "cluster" -> cluster(values);
            case "services" -> lengths.add(Integer.valueOf(stated(values[0])));
            case "refused" -> {
                String name = stated(values[0]);
                List<String> hosts = List.of(Arrays.copyOfRange(values, 1, values.length));
                refused().put(name, new RefusedService(hosts, List.of()));
                lastRefused = name;
            }
            case "problem" ->
                problem(PolicyProblem.at(
                        stated(values[0]), stated(values[1]), stated(values[2]), Integer.parseInt(values[3])));
            case "source" -> source(values);
            case "document" -> source().length = Integer.parseInt(values[0]);
            default -> throw new IOException("its head has a line '" + word + "', which is not known here");
        }
    }

    private void service(@Nullable String[] values) {
        String name = stated(values[0]);
        lastClusters = new HashMap<>();
        origins.put(name, new Origin(stated(values[1]), values[2], lastClusters));
        if (values[3] != null) {
            dropsAt.put(name, Instant.parse(values[3]));
        }
        if (Boolean.parseBoolean(values[4])) {
            outside.add(name);
        }
    }

    private void cluster(@Nullable String[] values) {
        Cluster cluster = Cluster.builder()
                .name(stated(values[0]))
                .priority(Integer.parseInt(stated(values[1])))
                .state(Cluster.State.valueOf(stated(values[2])))
                .gateway(values[3])
                .gatewaySni(values[4])
                .build();
        lastClusters.put(cluster.name(), cluster);
    }

    private void source(@Nullable String[] values) {
        Source source = new Source();
        source.name = stated(values[0]);
        source.said = Remembered.of(values[1], stated(values[2]), values[3], Instant.parse(values[4]));
        sources.add(source);
        lastRefused = null;
    }

    private Source source() {
        return sources.get(sources.size() - 1);
    }

    private Map<String, RefusedService> refused() {
        return sources.isEmpty() ? refused : source().refused;
    }

    private void problem(PolicyProblem problem) {
        refused().computeIfPresent(stated(lastRefused), (name, service) -> {
            List<PolicyProblem> problems = new ArrayList<>(service.problems());
            problems.add(problem);
            return new RefusedService(service.hosts(), problems);
        });
    }

    private static String stated(@Nullable String value) {
        if (value == null) {
            throw new IllegalArgumentException("a value is missing");
        }
        return value;
    }

    private byte[] next(int length) throws IOException {
        if (length < 0 || length > bytes.length - at) {
            throw new IOException("it is shorter than its head states");
        }
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }
}
