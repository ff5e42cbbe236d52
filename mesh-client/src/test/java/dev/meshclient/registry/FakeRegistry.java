package dev.meshclient.registry;

import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.contract.RefusingPort;
import dev.meshclient.internal.control.Snapshots;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLSocketFactory;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.jspecify.annotations.Nullable;

/** A server that has one document: with ETag or without, holding requests or not, well or broken. */
public final class FakeRegistry implements AutoCloseable {

    private final MockWebServer server = new MockWebServer();
    private Closeable remains = () -> {};
    private final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
    private String document = "";
    private @Nullable String etag;
    private String redirected = "";
    private String location = "";
    private boolean holds;
    private boolean closed;
    private int held;
    private int waitsOver;
    private UnaryOperator<MockResponse.Builder> change = r -> r;

    public FakeRegistry() throws IOException {
        this(null, false);
    }

    private FakeRegistry(@Nullable SSLSocketFactory tls, boolean clientCertificate) throws IOException {
        if (tls != null) {
            server.useHttps(tls);
        }
        if (clientCertificate) {
            server.requireClientAuth();
        }
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
                requests.add(request);
                return answer(request);
            }
        });
        server.start();
    }

    public static FakeRegistry overTls(SSLSocketFactory tls) throws IOException {
        return new FakeRegistry(tls, false);
    }

    /** Who has no certificate that the server trusts is not answered. */
    public static FakeRegistry overMutualTls(SSLSocketFactory tls) throws IOException {
        return new FakeRegistry(tls, true);
    }

    /** A document that reads well, of this version. */
    public static String document(int version) {
        return Documents.mesh("test").version(version).json();
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

    /** Makes the snapshot of that source look as old as this. */
    public static void age(Path directory, URI source, Duration age) throws IOException {
        Snapshots.age(directory, source.toString(), age);
    }

    /** From now on every answer is changed so. */
    public synchronized void changes(UnaryOperator<MockResponse.Builder> how) {
        change = how;
        notifyAll();
    }

    /** What is held now is answered: there is no other document. */
    public synchronized void endsWait() {
        waitsOver++;
        notifyAll();
    }

    public synchronized void redirects(String path, String to) {
        redirected = path;
        location = to;
    }

    private synchronized MockResponse answer(RecordedRequest request) throws InterruptedException {
        if (request.getUrl().encodedPath().equals(redirected)) {
            return new MockResponse.Builder()
                    .code(307)
                    .setHeader("Location", location)
                    .build();
        }
        MockResponse.Builder response = new MockResponse.Builder();
        boolean mayHold = holds && request.getHeaders().get("Prefer") != null;
        if (mayHold && isKnown(request)) {
            held++;
            notifyAll();
            int before = waitsOver;
            while (isKnown(request) && !closed && waitsOver == before) {
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
    public @Nullable String header(int request, String name) {
        return requests.get(request).getHeaders().get(name);
    }

    public RecordedRequest request(int n) {
        return requests.get(n);
    }

    public int requests() {
        return requests.size();
    }

    public void awaitRequests(int count) {
        await().until(() -> requests.size() >= count);
    }

    private synchronized int held() {
        return held;
    }

    /** Until a request is being held. */
    public void awaitHeld() {
        await().until(() -> held() == 1);
    }

    public URI uri(String path) {
        return URI.create(server.url(path).toString());
    }

    /** Its port refuses from now on, and nobody else is given it. */
    public void dies() throws IOException {
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
    public void close() throws IOException {
        stop();
        remains.close();
    }
}
