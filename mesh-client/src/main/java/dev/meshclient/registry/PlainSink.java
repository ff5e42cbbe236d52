package dev.meshclient.registry;

import dev.meshclient.internal.source.Delivery;
import dev.meshclient.internal.source.DocumentSink;
import dev.meshclient.internal.source.Memory;
import dev.meshclient.internal.source.WantedHosts;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.Time;
import java.io.Closeable;
import java.io.IOException;
import java.util.function.Function;

/**
 * Wraps a sink that no mesh made, such as the sink of a source that changes the documents of another. It has a clock and
 * threads of its own.
 */
final class PlainSink implements DocumentSink {
    private final PolicySource.Sink sink;
    private final RealTime time = RealTime.create("policy");

    private PlainSink(PolicySource.Sink sink) {
        this.sink = sink;
    }

    /** Watches with the sink itself if a mesh made it. */
    static Closeable watch(PolicySource.Sink sink, Function<DocumentSink, Closeable> begin) {
        if (sink instanceof DocumentSink ofMesh) {
            return begin.apply(ofMesh);
        }
        PlainSink plain = new PlainSink(sink);
        Closeable watch = begin.apply(plain);
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
        return WantedHosts.NONE;
    }

    @Override
    public Memory memory() {
        return Memory.NONE;
    }

    @Override
    public void deliver(Delivery delivery) throws IOException {
        sink.deliver(delivery.document());
    }

    @Override
    public void confirmed() {}

    @Override
    public void failed(IOException problem) {
        sink.failed(problem);
    }
}
