package dev.meshclient.registry;

import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.PolicyCodec;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Where policy comes from. */
public interface PolicySource {
    /**
     * A policy that an HTTP server has, at this URI word for word: nothing is appended. Polled, or held until there is news
     * where the server can do that.
     *
     * @throws IllegalArgumentException if it is not an {@code http:} or {@code https:} URI, or holds a user and password
     */
    static HttpPolicySource http(URI uri) {
        return HttpPolicySource.at(uri);
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
     * Begins to deliver documents to the sink, from a thread of the given time, until closed. Never blocks, never throws:
     * what goes wrong is told to the sink and tried again.
     */
    Closeable watch(Time time, Sink sink);

    /** Who is given documents. Calls come one at a time. */
    interface Sink {
        /** A document that reads well. Returns when it is in force. */
        void deliver(PolicyDocument document) throws IOException;

        /** Why there is no newer document just now; the last one stays in force. */
        void failed(IOException problem);
    }
}
