package dev.meshclient.registry;

import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A policy in memory, for tests and local overrides. The first document is in force when the mesh is built, a later one when
 * {@link #update} returns.
 */
public final class MemoryPolicySource implements PolicySource {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryPolicySource.class);

    private final List<Sink> sinks = new CopyOnWriteArrayList<>();
    private PolicyDocument document;

    MemoryPolicySource(PolicyDocument document) {
        this.document = document;
    }

    /**
     * Puts another document in force, in every mesh that watches this source. As from any source, a service with an error is
     * left out, and the mesh reports it ({@code Mesh.status()}, its log); any other error refuses the whole document, and
     * nothing changes.
     */
    public synchronized void update(String json) throws PolicyException {
        document = PolicyCodec.read(json.getBytes(StandardCharsets.UTF_8));
        sinks.forEach(this::deliver);
    }

    /**
     * As {@link #update(String)}, for a policy made in code.
     *
     * @throws IllegalArgumentException if the policy would be refused as a document
     */
    public void update(MeshPolicy policy) throws PolicyException {
        update(new String(PolicyCodec.write(policy), StandardCharsets.UTF_8));
    }

    @Override
    public synchronized Closeable watch(Sink sink) {
        sinks.add(sink);
        deliver(sink);
        return () -> sinks.remove(sink);
    }

    private void deliver(Sink sink) {
        try {
            sink.deliver(document);
        } catch (IOException refused) {
            LOG.debug("a mesh refuses the document, see its log: {}", refused.toString());
        }
    }

    @Override
    public String toString() {
        return "PolicySource.of(...)";
    }
}
