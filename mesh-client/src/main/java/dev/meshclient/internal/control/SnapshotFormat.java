package dev.meshclient.internal.control;

import dev.meshclient.internal.pipeline.AcceptedService;
import dev.meshclient.internal.pipeline.AppliedPolicy;
import dev.meshclient.internal.source.Remembered;
import dev.meshclient.internal.source.Sha256;
import dev.meshclient.policy.DocumentScope;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.RefusedService;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
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
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The format of a snapshot: the digest of the rest, a head with one fact on each line, an empty line, and then the policies of
 * the services as documents. A line is a keyword and its values, which contain no space.
 */
final class SnapshotFormat {
    private static final String MAGIC = "mesh-client-snapshot ";
    private static final String KIND = MAGIC + "3 ";
    private static final String NULL = "-";

    private SnapshotFormat() {}

    /** @throws IOException if a policy was made in code and no document can express it */
    static byte[] write(Snapshot snapshot) throws IOException {
        byte[] rest = new Writer().write(snapshot);
        byte[] first = (KIND + Sha256.hex(rest) + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(first, first.length + rest.length);
        System.arraycopy(rest, 0, all, first.length, rest.length);
        return all;
    }

    /** @throws IOException if the bytes differ from those written */
    static Snapshot read(byte[] bytes) throws IOException {
        int firstEnd = endOfLine(bytes, 0);
        String first = text(bytes, 0, firstEnd);
        if (!first.startsWith(KIND)) {
            throw new IOException(
                    first.startsWith(MAGIC)
                            ? "it is of another version of mesh-client: it does not begin with '" + KIND.strip() + "'"
                            : "it is no snapshot: it does not begin with '" + KIND.strip() + "'");
        }
        byte[] rest = Arrays.copyOfRange(bytes, firstEnd + 1, bytes.length);
        if (!first.substring(KIND.length()).equals(Sha256.hex(rest))) {
            throw new IOException("its digest is another than when it was written: it was cut or changed");
        }
        try {
            return new Reader(rest).read();
        } catch (RuntimeException e) {
            throw new IOException("its head is of another form", e);
        }
    }

    private static int endOfLine(byte[] bytes, int from) throws IOException {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        throw new IOException("its head does not end");
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    private static final class Writer {
        private final StringBuilder head = new StringBuilder();
        private final ByteArrayOutputStream documents = new ByteArrayOutputStream();

        byte[] write(Snapshot snapshot) throws IOException {
            AppliedPolicy policy = snapshot.policy();
            line("confirmed", snapshot.confirmed());
            line("ttl", snapshot.ttl());
            line("revision", policy.revision());
            line("outbound", policy.outboundTrafficPolicy());
            DocumentScope scope = policy.scope();
            if (scope != null) {
                line("scope", scope.hosts().toArray());
            }
            snapshot.order().forEach(this::version);
            for (SnapshotDocuments.Part part : SnapshotDocuments.of(policy.services())) {
                for (Map.Entry<String, AcceptedService> service :
                        part.services().entrySet()) {
                    service(service.getKey(), service.getValue(), snapshot);
                }
                document("services", part.json());
            }
            refused(policy.refused());
            for (Map.Entry<String, Remembered> source : new TreeMap<>(snapshot.memory()).entrySet()) {
                source(source.getKey(), source.getValue());
            }
            head.append('\n');
            byte[] lines = head.toString().getBytes(StandardCharsets.UTF_8);
            byte[] all = Arrays.copyOf(lines, lines.length + documents.size());
            System.arraycopy(documents.toByteArray(), 0, all, lines.length, documents.size());
            return all;
        }

        private void service(String name, AcceptedService service, Snapshot snapshot) {
            line(
                    "service",
                    name,
                    service.revision(),
                    service.trustDomain(),
                    snapshot.dropsAt().get(name),
                    snapshot.policy().outside().contains(name));
            new TreeMap<>(service.priorities()).forEach((cluster, priority) -> line("cluster", cluster, priority));
        }

        private void source(String name, Remembered source) throws IOException {
            line("source", name, source.etag(), source.digest(), source.rejection(), source.confirmed());
            source.order().forEach(this::version);
            PolicyDocument document = source.document();
            if (document != null) {
                refused(document.refused());
                document("document", SnapshotDocuments.of(document.policy()));
            }
        }

        private void version(Metadata metadata) {
            line("version", metadata.version(), metadata.epoch());
        }

        private void refused(Map<String, RefusedService> refused) {
            refused.forEach((name, service) -> {
                List<Object> nameAndHosts = new ArrayList<>(List.of(name));
                nameAndHosts.addAll(service.hosts());
                line("refused", nameAndHosts.toArray());
                service.problems().forEach(p -> line("problem", p.path(), p.value(), p.expected(), p.line()));
            });
        }

        private void document(String word, byte[] json) {
            line(word, json.length);
            documents.writeBytes(json);
        }

        private void line(String word, @Nullable Object... values) {
            head.append(word);
            for (Object value : values) {
                head.append(' ').append(value == null ? NULL : encoded(value.toString()));
            }
            head.append('\n');
        }

        private static String encoded(String value) {
            return value.equals(NULL) ? "%2D" : URLEncoder.encode(value, StandardCharsets.UTF_8);
        }
    }

    /** The digest is right: unreadable content was written by another program and may cause any exception. */
    private static final class Reader {
        private final byte[] bytes;
        private int at;
        private Instant confirmed = Instant.EPOCH;
        private @Nullable Duration ttl;
        private String revision = "";
        private OutboundTrafficPolicy outbound = OutboundTrafficPolicy.ALLOW_ANY;
        private @Nullable DocumentScope scope;
        private final List<Metadata> order = new ArrayList<>();
        private final Map<String, Origin> origins = new LinkedHashMap<>();
        private final Map<String, Instant> dropsAt = new HashMap<>();
        private final Set<String> outside = new HashSet<>();
        private final Map<String, RefusedService> refused = new LinkedHashMap<>();
        private final List<Integer> lengths = new ArrayList<>(); // of documents with services
        private final List<Source> sources = new ArrayList<>();

        private record Origin(String revision, @Nullable String trustDomain, Map<String, Integer> priorities) {}

        private static final class Source {
            String name = "";
            Remembered said = Remembered.of(null, "", null, Instant.EPOCH);
            final List<Metadata> order = new ArrayList<>();
            final Map<String, RefusedService> refused = new LinkedHashMap<>();
            int length = -1;
        }

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        Snapshot read() throws IOException {
            while (true) {
                int end = endOfLine(bytes, at);
                String line = text(bytes, at, end);
                at = end + 1;
                if (line.isEmpty()) {
                    break;
                }
                String[] words = line.split(" ", -1);
                @Nullable String[] values = new String[words.length - 1];
                for (int i = 0; i < values.length; i++) {
                    String word = words[i + 1];
                    values[i] = word.equals(NULL) ? null : URLDecoder.decode(word, StandardCharsets.UTF_8);
                }
                fact(words[0], values);
            }
            Map<String, AcceptedService> services = new LinkedHashMap<>();
            for (int length : lengths) {
                SnapshotDocuments.read(next(length)).services().forEach((name, service) -> {
                    Origin origin = origins.get(name);
                    if (origin != null) {
                        services.put(
                                name,
                                AcceptedService.kept(origin.revision, service, origin.priorities, origin.trustDomain));
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
            AppliedPolicy policy =
                    new AppliedPolicy(revision, outbound, 0, services, refused, Map.of(), scope, outside);
            return new Snapshot(policy, dropsAt, order, confirmed, ttl, memory);
        }

        private Remembered remembered(Source source) throws IOException {
            Remembered said = source.said;
            PolicyDocument document = null;
            if (source.length >= 0) {
                document = PolicyDocument.of(SnapshotDocuments.read(next(source.length)), List.of(), source.refused);
            }
            return new Remembered(
                    said.etag(), said.digest(), said.rejection(), said.confirmed(), source.order, document);
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
                case "cluster" -> lastOrigin().priorities.put(stated(values[0]), Integer.valueOf(stated(values[1])));
                case "services" -> lengths.add(Integer.valueOf(stated(values[0])));
                case "refused" ->
                    refused()
                            .put(
                                    stated(values[0]),
                                    new RefusedService(
                                            List.of(Arrays.copyOfRange(values, 1, values.length)), List.of()));
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
            origins.put(name, new Origin(stated(values[1]), values[2], new HashMap<>()));
            if (values[3] != null) {
                dropsAt.put(name, Instant.parse(values[3]));
            }
            if (Boolean.parseBoolean(values[4])) {
                outside.add(name);
            }
        }

        private void source(@Nullable String[] values) {
            Source source = new Source();
            source.name = stated(values[0]);
            source.said = Remembered.of(values[1], stated(values[2]), values[3], Instant.parse(values[4]));
            sources.add(source);
        }

        private Source source() {
            return sources.get(sources.size() - 1);
        }

        private Origin lastOrigin() {
            return List.copyOf(origins.values()).get(origins.size() - 1);
        }

        private Map<String, RefusedService> refused() {
            return sources.isEmpty() ? refused : source().refused;
        }

        private void problem(PolicyProblem problem) {
            Map<String, RefusedService> all = refused();
            String last = List.copyOf(all.keySet()).get(all.size() - 1);
            all.computeIfPresent(last, (name, service) -> {
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
}
