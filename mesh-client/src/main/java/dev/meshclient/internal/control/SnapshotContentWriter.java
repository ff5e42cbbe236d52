package dev.meshclient.internal.control;

import dev.meshclient.internal.pipeline.AcceptedService;
import dev.meshclient.internal.pipeline.AppliedPolicy;
import dev.meshclient.internal.source.Remembered;
import dev.meshclient.policy.DocumentScope;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.RefusedService;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes the head and the documents of a snapshot, without its digest. */
final class SnapshotContentWriter {
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
            for (Map.Entry<String, AcceptedService> service : part.services().entrySet()) {
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
        new TreeMap<>(service.clusters())
                .forEach((known, cluster) -> line(
                        "cluster",
                        cluster.name(),
                        cluster.priority(),
                        cluster.state(),
                        cluster.gateway(),
                        cluster.gatewaySni()));
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
            head.append(' ').append(value == null ? SnapshotFormat.NULL : encoded(value.toString()));
        }
        head.append('\n');
    }

    private static String encoded(String value) {
        return value.equals(SnapshotFormat.NULL) ? "%2D" : URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
