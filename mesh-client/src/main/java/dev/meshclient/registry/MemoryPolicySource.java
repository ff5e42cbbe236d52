package dev.meshclient.registry;

import dev.meshclient.internal.source.Delivery;
import dev.meshclient.internal.source.DocumentSink;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A policy in memory, for tests and local overrides. The first document is in force when the mesh is built, a later one when
 * {@link #update} returns.
 */
public final class MemoryPolicySource implements PolicySource {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.policy");

    private final List<Sink> sinks = new CopyOnWriteArrayList<>();
    private final boolean strict;
    private PolicyDocument document;

    private MemoryPolicySource(PolicyDocument document, boolean strict) {
        this.document = document;
        this.strict = strict;
    }

    static MemoryPolicySource of(String json, boolean strict) {
        try {
            return new MemoryPolicySource(read(json, strict), strict);
        } catch (PolicyException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    static MemoryPolicySource of(MeshPolicy policy) {
        try {
            return new MemoryPolicySource(checked(policy, true), true);
        } catch (PolicyException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static PolicyDocument read(String json, boolean strict) throws PolicyException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return strict ? PolicyCodec.readStrict(bytes) : PolicyCodec.read(bytes);
    }

    private static PolicyDocument checked(MeshPolicy policy, boolean strict) throws PolicyException {
        PolicyDocument document = PolicyDocument.of(policy);
        if (strict && !document.refused().isEmpty()) {
            throw new PolicyException(document.refused().values().stream()
                    .flatMap(service -> service.problems().stream())
                    .toList());
        }
        return document;
    }

    /**
     * Puts another document in force, in every mesh that watches this source. A document that is refused changes nothing. A
     * {@link PolicySource#lenient lenient} source leaves out a service with an error, which the mesh reports ({@code
     * Mesh.status()}, its log).
     *
     * @throws PolicyException if the document is refused
     */
    public void update(String json) throws PolicyException {
        Objects.requireNonNull(json, "json must not be null: pass the text of a document");
        update(read(json, strict));
    }

    /**
     * As {@link #update(String)}, for a policy made in code.
     *
     * @throws PolicyException if the policy is refused
     */
    public void update(MeshPolicy policy) throws PolicyException {
        Objects.requireNonNull(policy, "policy must not be null: pass MeshPolicy.builder()...build()");
        update(checked(policy, strict));
    }

    private synchronized void update(PolicyDocument other) {
        document = other;
        deliver(sinks.iterator());
    }

    @Override
    public synchronized Closeable watch(Sink sink) {
        Objects.requireNonNull(sink, "sink must not be null: pass a Sink");
        sinks.add(sink);
        try {
            deliver(sink);
        } catch (Throwable e) { // nothing could end this watch
            sinks.remove(sink);
            throw e;
        }
        return () -> sinks.remove(sink);
    }

    /** Whatever a sink of the application throws, the others get the document too. */
    private void deliver(Iterator<Sink> left) {
        if (left.hasNext()) {
            try {
                deliver(left.next());
            } finally {
                deliver(left);
            }
        }
    }

    private void deliver(Sink sink) {
        try {
            if (sink instanceof DocumentSink ofMesh) {
                ofMesh.reporting(() -> ofMesh.deliver(Delivery.held(document)));
            } else {
                sink.deliver(document);
            }
        } catch (IOException refused) {
            LOG.debug("a mesh refuses the document, see its log: {}", refused.toString());
        }
    }

    @Override
    public String toString() {
        return "PolicySource.of(...)";
    }
}
