package dev.meshclient.registry;

import java.io.Closeable;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A registry that is watched in time that passes 20 times as fast; it has version 1 of a document, with the ETag "a". */
public abstract class WatchedRegistry {
    protected final FastTime time = new FastTime(20);
    protected final RecordingSink sink = new RecordingSink();
    protected FakeRegistry registry;
    protected Closeable watch = () -> {};

    protected WatchedRegistry() {}

    @BeforeEach
    protected final void start() throws IOException {
        registry = new FakeRegistry().serves(FakeRegistry.document(1), "\"a\"");
    }

    protected final HttpPolicySource source() {
        return PolicySource.http(registry.uri("/policy"));
    }

    protected final void watch(PolicySource source) {
        watch = source.watch(sink.at(time));
    }

    @AfterEach
    protected final void stop() throws IOException {
        watch.close();
        registry.close();
        time.close();
    }
}
