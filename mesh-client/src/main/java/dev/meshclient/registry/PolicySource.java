package dev.meshclient.registry;

import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** Where policy comes from. */
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
     * Begins to deliver documents to the sink, from a thread of the given time, until closed. Never blocks, never throws:
     * what goes wrong is told to the sink and tried again.
     */
    Closeable watch(Time time, Sink sink);

    /**
     * As {@link #watch(Time, Sink)}, for a source that has policy by the host: it delivers what it has of the hosts that are
     * wanted, and says so in the {@code metadata.scope} of its documents. Any other delivers all it has, as without.
     */
    default Closeable watch(Time time, Sink sink, Wanted wanted) {
        return watch(time, sink);
    }

    /**
     * A source like this one whose document outlives a restart: what is in force is kept in a file of that directory, and
     * delivered first when it is watched the next time. A document whose {@code metadata.ttl} is over is delivered only if
     * the source brings nothing within nine tenths of the timeout, and as {@link Provenance.Freshness#STALE}.
     *
     * <p>Nothing about the file can fail a call: what goes wrong with it is logged. A source that has nothing to keep, one
     * in memory or one of your own, is returned as it is.
     *
     * @param directory is made when it is needed
     */
    default PolicySource snapshotIn(Path directory, Duration initialFetchTimeout) {
        return this;
    }

    /** Which hosts policy is wanted for. Thread-safe. */
    interface Wanted {
        /** As documents spell them, without ports; sorted. Those that nobody wants any more are left out. */
        SortedSet<String> hosts();

        /**
         * Has this run, on the thread of a call, each time that there is one to a host that was not wanted before, or that is
         * to be looked for again. It must not wait.
         */
        void onAsk(Runnable wake);
    }

    /**
     * A service that is in force although the document that was delivered last does not have it, or has it and it is refused.
     *
     * @param dropsIn when it goes unless a document has it again; null if it does not
     */
    record Kept(String service, @Nullable Duration dropsIn) {}

    /** Who is given documents. Calls come one at a time. */
    interface Sink {
        /** A document that reads well. Returns when it is in force. */
        void deliver(PolicyDocument document) throws IOException;

        /** As {@link #deliver(PolicyDocument)}, by a source that knows where it has the document from. */
        default void deliver(PolicyDocument document, Provenance provenance) throws IOException {
            deliver(document);
        }

        /** What was delivered last is what the source has now. */
        default void confirmed() {}

        /** What is in force from earlier documents than the one that was delivered last; asked right after that. */
        default List<Kept> kept() {
            return List.of();
        }

        /** Why there is no newer document just now; the last one stays in force. */
        void failed(IOException problem);
    }
}
