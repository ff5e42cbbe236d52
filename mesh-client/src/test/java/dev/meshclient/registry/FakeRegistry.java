package dev.meshclient.registry;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.jspecify.annotations.Nullable;

/** A server that has one document: with ETag or without, holding requests or not, well or broken. */
public final class FakeRegistry implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final MockWebServer server = new MockWebServer();
    private final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
    private String document = "";
    private @Nullable String etag;
    private boolean holds;
    private boolean closed;
    private int held;
    private UnaryOperator<MockResponse.Builder> change = r -> r;

    public FakeRegistry() throws IOException {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
                requests.add(request);
                return answer(request);
            }
        });
        server.start();
    }

    /** A document that reads well, of this version. */
    static String document(int version) {
        return """
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy",
                 "metadata": {"mesh": "test", "version": %d}, "services": {}}
                """.formatted(version);
    }

    public synchronized FakeRegistry serves(String newDocument, @Nullable String newEtag) {
        document = newDocument;
        etag = newEtag;
        notifyAll();
        return this;
    }

    /** From now on requests with {@code Prefer: wait} wait for another document. */
    public synchronized FakeRegistry holds() {
        holds = true;
        return this;
    }

    /** From now on every answer is changed so. */
    synchronized void changes(UnaryOperator<MockResponse.Builder> how) {
        change = how;
        notifyAll();
    }

    private synchronized MockResponse answer(RecordedRequest request) throws InterruptedException {
        MockResponse.Builder response = new MockResponse.Builder();
        boolean mayHold = holds && request.getHeaders().get("Prefer") != null;
        if (mayHold && isKnown(request)) {
            held++;
            notifyAll();
            while (isKnown(request) && !closed) {
                wait();
            }
            held--;
        }
        if (mayHold) {
            response.setHeader("Preference-Applied", "wait=30");
        }
        if (etag != null) {
            response.setHeader("ETag", etag);
        }
        if (isKnown(request)) {
            response.code(304);
        } else {
            response.body(document);
        }
        return change.apply(response).build();
    }

    private boolean isKnown(RecordedRequest request) {
        return etag != null && etag.equals(request.getHeaders().get("If-None-Match"));
    }

    /** Of the first request, 0, and later ones; null: it was not sent. */
    @Nullable
    String header(int request, String name) {
        return requests.get(request).getHeaders().get(name);
    }

    RecordedRequest request(int n) {
        return requests.get(n);
    }

    int requests() {
        return requests.size();
    }

    void awaitRequests(int count) {
        await().atMost(PATIENCE).until(() -> requests.size() >= count);
    }

    private synchronized int held() {
        return held;
    }

    /** Until a request is being held. */
    public void awaitHeld() {
        await().atMost(PATIENCE).until(() -> held() == 1);
    }

    public URI uri(String path) {
        return URI.create(server.url(path).toString());
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        server.close();
    }
}
