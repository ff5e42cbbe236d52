package dev.meshclient.registry;

import dev.meshclient.internal.source.Combination;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Where policy comes from. A mesh has one; write your own for a registry that this library does not know:
 *
 * <pre>{@code
 * PolicySource ours = sink -> {
 *     Subscription s = registry.subscribe("mesh/policy", json -> sink.deliver(PolicyCodec.read(json)));
 *     return s::cancel;
 * };
 * }</pre>
 */
public interface PolicySource {
    /**
     * A policy that an HTTP server has, at this URI word for word: nothing is appended, unless by {@link HttpPolicySource#onDemand}. Polled, or held until there is news
     * where the server can do that.
     *
     * <p>With several URIs, of servers that have the same document, the first is asked, and each next one when those before
     * it fail. The one that answered is kept; the first is tried again a minute after it failed.
     *
     * @throws IllegalArgumentException if one is not an {@code http:} or {@code https:} URI, or holds a user and password, or
     *     is there twice
     */
    static HttpPolicySource http(URI first, URI... more) {
        return HttpPolicySource.at(first, more);
    }

    /**
     * A policy in a file. What is written to it takes effect about 200 ms after the last write, a mounted Kubernetes volume
     * included; 10 s where the file system tells no events. A file that is missing is taken when it appears; while it is
     * bad or gone, the last good document stays in force.
     */
    static PolicySource file(Path path) {
        return new FilePolicySource(path);
    }

    /**
     * A policy in memory, for tests and local overrides.
     *
     * @throws IllegalArgumentException if the document is refused; the cause says why
     */
    static MemoryPolicySource of(String json) {
        try {
            return new MemoryPolicySource(PolicyCodec.read(json.getBytes(StandardCharsets.UTF_8)));
        } catch (PolicyException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * As {@link #of(String)}, for a policy that was made in code. It is checked as a document is.
     *
     * @throws IllegalArgumentException if it would be refused as a document
     */
    static MemoryPolicySource of(MeshPolicy policy) {
        return of(new String(PolicyCodec.write(policy), StandardCharsets.UTF_8));
    }

    /**
     * Both at once, as where virtual machines are in a file and clusters in a registry. Endpoints of a service that both list
     * are united by cluster, address and port; everything else of it is as the first says. The defaults of a document are
     * for its own services.
     *
     * <p>What one of them has is in force although the other has nothing yet; only at the start both are given 2 s.
     */
    static PolicySource merge(PolicySource first, PolicySource second) {
        return new CombinedSource(Combination.Kind.MERGE, first, second, CombinedSource.MOMENT);
    }

    /**
     * Policy over policy, as your own timeouts over what the platform says. What {@code top} states wins, setting by setting,
     * in services and in defaults; what it does not state is as {@code base} says. Endpoints are not united: those of
     * {@code top} if it lists any for the service, else those of {@code base}. A service that {@code top} sets to
     * {@code null} is gone.
     *
     * <p>What one of them has is in force although the other has nothing yet; only at the start both are given 2 s.
     */
    static PolicySource overlay(PolicySource top, PolicySource base) {
        return new CombinedSource(Combination.Kind.OVERLAY, top, base, CombinedSource.MOMENT);
    }

    /**
     * Begins to deliver documents to the sink, until the result is closed. Never waits and never throws: the source tells the sink
     * what goes wrong, and tries again. Documents may come from any thread, this one included.
     */
    Closeable watch(Sink sink);

    /**
     * Names what this source reads, so that a mesh finds the policy that was in force before a restart: the same name in each
     * process, another one for each source that reads something else. It may hold secrets: only a hash of it is written.
     *
     * <p>Default: empty. Then nothing is kept for a restart, which is right where the source has its document at once.
     */
    default String snapshotName() {
        return "";
    }

    /** Takes documents; a mesh has one. Thread-safe. Once its watch is closed it ignores whatever comes. */
    interface Sink {
        /**
         * Puts a document in force and returns when it is. A service of which something is wrong is left out and keeps its last
         * good policy; that is no failure. The document that is in force, delivered once more, says that the source still has it.
         *
         * @throws PolicyException if the document is refused as a whole: it is older than what is in force, or something is
         *     wrong that is not of one service alone. Nothing has changed. The mesh has logged it and shows it in its status, so
         *     a source needs to do nothing, but may tell where the document came from
         * @throws IOException if it could not be put in force for another reason; likewise
         */
        void deliver(PolicyDocument document) throws IOException;

        /** Reports why there is no newer document just now, such as a server that is down; the last one stays in force. */
        void failed(IOException problem);
    }
}
