package dev.meshclient.registry;

import dev.meshclient.internal.source.Delivery;
import dev.meshclient.internal.source.DocumentSink;
import dev.meshclient.internal.source.Memory;
import dev.meshclient.internal.source.WantedHosts;
import dev.meshclient.internal.text.ExceptionText;
import dev.meshclient.internal.time.Interrupts;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.PolicyDocument;
import java.io.Closeable;
import java.io.IOException;
import java.util.Collections;
import java.util.Objects;
import java.util.SortedSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wraps a sink that no mesh made, such as the sink of a source that changes the documents of another. It has a clock and
 * threads of its own.
 */
final class PlainSink implements DocumentSink {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.policy");

    private final PolicySource.Sink sink;
    private final RealTime time = RealTime.create("policy");
    private @Nullable PolicyDocument inForce;

    private PlainSink(PolicySource.Sink sink) {
        this.sink = sink;
    }

    /** Watches with the sink itself if a mesh made it. */
    static Closeable watch(PolicySource.Sink sink, Function<DocumentSink, Closeable> begin) {
        Objects.requireNonNull(sink, "sink must not be null: pass a Sink");
        if (sink instanceof DocumentSink ofMesh) {
            return begin.apply(ofMesh);
        }
        PlainSink plain = new PlainSink(sink);
        Closeable watch;
        try {
            watch = begin.apply(plain);
        } catch (Throwable e) { // Kotlin may throw any
            plain.time.close();
            throw e;
        }
        return () -> {
            try (plain.time) {
                watch.close();
            }
        };
    }

    @Override
    public Time time() {
        return time;
    }

    @Override
    public WantedHosts wanted() {
        return new WantedHosts() {
            @Override
            public SortedSet<String> hosts() {
                return Collections.emptySortedSet();
            }

            /** Only a source that requests hosts on demand calls it. */
            @Override
            public void onAsk(Runnable wake) {
                failed(new IOException(
                        "onDemand() requests the hosts that a mesh calls, and this sink is not that of a mesh:"
                                + " pass the source the sink that your source gets, or leave out onDemand()"));
            }
        };
    }

    @Override
    public Memory memory() {
        return Memory.NONE;
    }

    @Override
    public void deliver(Delivery delivery) throws IOException {
        inForce = null;
        sink.deliver(delivery.document());
        inForce = delivery.document();
    }

    /** The public sink knows no confirmation but the same document again. */
    @Override
    public void confirmed() {
        PolicyDocument last = inForce;
        if (last != null) {
            try {
                sink.deliver(last);
            } catch (IOException e) {
                LOG.debug("the sink refuses the document that it had in force: {}", e.toString()); // and reports it
            }
        }
    }

    @Override
    public void failed(IOException problem) {
        try {
            sink.failed(problem);
        } catch (Throwable e) { // Kotlin may throw any, and the thread of the source goes on
            Interrupts.keep(e);
            LOG.warn("a sink failed to take a problem of its source, {}", ExceptionText.of(problem), e);
        }
    }
}
