package dev.meshclient.registry;

import static org.awaitility.Awaitility.await;

import dev.meshclient.contract.RefusingPort;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;

/** A server that may hold a request until its answer is another one, and whose port may die. */
abstract class HoldingServer implements AutoCloseable {
    final MockWebServer server = new MockWebServer();
    final List<RecordedRequest> received = new CopyOnWriteArrayList<>();
    private Closeable remains = () -> {};
    private boolean closed;
    private int held;

    HoldingServer() {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
                received.add(request);
                return answer(request);
            }
        });
    }

    abstract MockResponse answer(RecordedRequest request) throws InterruptedException;

    /** Waits while the answer would be the same; each change notifies. */
    final synchronized void hold(BooleanSupplier same) throws InterruptedException {
        held++;
        while (!closed && same.getAsBoolean()) {
            wait();
        }
        held--;
    }

    private synchronized int held() {
        return held;
    }

    /** Until a request is held. A request that the client has ended is held until something changes. */
    public final void awaitHeld() {
        await().until(() -> held() >= 1);
    }

    public final URI uri(String path) {
        return URI.create(server.url(path).toString());
    }

    /** Its port refuses from now on, and no other server gets the port. */
    public final void dies() throws IOException {
        int port = server.getPort();
        stop();
        try {
            remains = RefusingPort.at(port);
        } catch (BindException ofItsConnections) {
            // they keep it for a minute
        }
    }

    private void stop() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        server.close();
    }

    @Override
    public final void close() throws IOException {
        stop();
        remains.close();
    }
}
