package dev.meshclient.registry;

import dev.meshclient.internal.source.Combination;
import dev.meshclient.internal.source.ServiceOverride;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The source of policy. A mesh has one; implement this interface for a registry that the library does not support:
 *
 * <pre>{@code
 * PolicySource ours = sink -> {
 *     Subscription s = registry.subscribe("mesh/policy", json -> {
 *         try {
 *             sink.deliver(PolicyCodec.read(json));
 *         } catch (IOException e) {
 *             sink.failed(e);
 *         }
 *     });
 *     return s::cancel;
 * };
 * }</pre>
 *
 * <p>Its {@code toString()} is its name in the status and the log.
 *
 * <p>A source may wrap another one and pass it a sink of its own, to log or change its documents. Make the same change each
 * time: the wrapped source confirms its document by delivering it again, and remembers nothing over a restart.
 */
public interface PolicySource {
    /**
     * A policy from an HTTP server, at exactly this URI: nothing is appended, except by {@link HttpPolicySource#onDemand}. The
     * source uses long polling where the server supports it, and polls otherwise.
     *
     * <p>With several URIs, of servers that have the same document, the source requests the first, and the next when it fails.
     * It keeps the server that answered and tries the first again a minute after its failure.
     *
     * @throws IllegalArgumentException if a URI is not {@code http:} or {@code https:}, contains a user and password, or is
     *     stated twice
     */
    static HttpPolicySource http(URI first, URI... more) {
        Objects.requireNonNull(first, "first must not be null: pass the URI of the document");
        Objects.requireNonNull(more, "more must not be null: pass further URIs, or none");
        return HttpPolicySource.at(first, more);
    }

    /**
     * A policy in a file. A change takes effect about 200 ms after the last write, also in a mounted Kubernetes volume; after
     * 10 s where the file system sends no events. A missing file is read when it appears; while the file is bad or missing, the
     * last good document stays in force.
     */
    static PolicySource file(Path path) {
        Objects.requireNonNull(path, "path must not be null: pass the path of the document");
        return new FilePolicySource(path);
    }

    /**
     * A policy in memory, for tests and local overrides. It is read strictly, later updates too: any problem refuses the whole
     * document, and so does a field that this version does not know.
     *
     * @throws IllegalArgumentException if the document is refused; the cause says why
     */
    static MemoryPolicySource of(String json) {
        Objects.requireNonNull(json, "json must not be null: pass the text of a document");
        return MemoryPolicySource.of(json, true);
    }

    /**
     * As {@link #of(String)}, but read as a mesh reads the document of a registry: a service with a problem is left out, and
     * unknown fields are ignored.
     */
    static MemoryPolicySource lenient(String json) {
        Objects.requireNonNull(json, "json must not be null: pass the text of a document");
        return MemoryPolicySource.of(json, false);
    }

    /**
     * As {@link #of(String)}, for a policy made in code. It is checked like a document.
     *
     * @throws IllegalArgumentException if the policy is refused
     */
    static MemoryPolicySource of(MeshPolicy policy) {
        Objects.requireNonNull(policy, "policy must not be null: pass MeshPolicy.builder()...build()");
        return MemoryPolicySource.of(policy);
    }

    /**
     * The union of two sources, such as virtual machines in a file and clusters in a registry. The endpoints of a service that
     * both list are united by cluster, address and port; all its other settings are those of the first. The defaults of a
     * document apply to its own services.
     *
     * <p>A document takes effect even if the other source has none yet; only at the start the mesh waits up to 2 s for both.
     */
    static PolicySource merge(PolicySource first, PolicySource second) {
        Objects.requireNonNull(first, "first must not be null: pass a PolicySource");
        Objects.requireNonNull(second, "second must not be null: pass a PolicySource");
        return new CombinedSource(Combination.Kind.MERGE, first, second, CombinedSource.MOMENT);
    }

    /**
     * One policy on top of another, such as your own timeouts on top of the platform's. A setting that {@code top} states wins,
     * in services and in defaults; any other setting is taken from {@code base}. Endpoints are not united: the list of
     * {@code top} if it has one for the service, otherwise the list of {@code base}. A service that {@code top} sets to
     * {@code null} is removed.
     *
     * <p>A document takes effect even if the other source has none yet; only at the start the mesh waits up to 2 s for both.
     */
    static PolicySource overlay(PolicySource top, PolicySource base) {
        Objects.requireNonNull(top, "top must not be null: pass a PolicySource");
        Objects.requireNonNull(base, "base must not be null: pass a PolicySource");
        return new CombinedSource(Combination.Kind.OVERLAY, top, base, CombinedSource.MOMENT);
    }

    /**
     * A policy with one service at another URL, such as the one that a developer works on: all calls to the service, those to its
     * subsets and through its rules included, are sent to that URL. Its timeouts, retries and limits stay; TLS, access policies and
     * tokens of the policy do not apply to it. A policy that lacks the service gets one with the host {@code service}. Not for the
     * service of the process itself, whose inbound requests its access policies check.
     *
     * <p>The system property {@code mesh.override} or the environment variable {@code MESH_OVERRIDE} does the same without a
     * change of the program: {@code orders=http://localhost:8081,billing=https://localhost:8443}.
     *
     * @param service the name of the service in the policy
     * @param url scheme, host and port; with {@code https:} the caller's client must trust the certificate
     * @throws IllegalArgumentException if the URL has a path or is none
     */
    static PolicySource override(String service, String url, PolicySource base) {
        Objects.requireNonNull(service, "service must not be null: pass the name of a service of the policy");
        Objects.requireNonNull(url, "url must not be null: pass a URL, such as http://localhost:8081");
        Objects.requireNonNull(base, "base must not be null: pass a PolicySource");
        return new OverriddenSource(ServiceOverride.of(service, url), base);
    }

    /**
     * Starts to deliver documents to the sink, until the result is closed. Must not wait or throw: the source reports failures
     * to the sink and tries again. It may deliver documents on any thread, this one included.
     */
    Closeable watch(Sink sink);

    /**
     * A name for the content of this source, so that a mesh finds the policy that was in force before a restart: the same in
     * each process, different for each source with other content. It may contain secrets: only a hash of it is written.
     *
     * <p>Default: empty. Then no snapshot is kept for a restart, as is right for a source that has its document at once.
     */
    default String snapshotName() {
        return "";
    }

    /** Receives documents; a mesh has one. Thread-safe. After its watch is closed it ignores all calls. */
    interface Sink {
        /**
         * Puts a document in force before it returns. A service with an error is left out and keeps its last good policy; that
         * is no failure. Delivering the document in force again confirms that the source still has it.
         *
         * @throws PolicyException if the document is refused because it is older than the one in force. Nothing has changed. The
         *     mesh has logged it and shows it in its status, so a source need not react, but may report where the document came
         *     from
         * @throws IOException if the document could not be put in force for another reason; likewise
         */
        void deliver(PolicyDocument document) throws IOException;

        /** Reports why there is no newer document now, such as an unreachable server; the last document stays in force. */
        void failed(IOException problem);
    }
}
