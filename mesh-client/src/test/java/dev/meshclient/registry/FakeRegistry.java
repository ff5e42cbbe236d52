package dev.meshclient.registry;

import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.internal.control.Snapshots;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLSocketFactory;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.jspecify.annotations.Nullable;

/** A server that has one document: with ETag or without, holding received or not, well or broken. */
public final class FakeRegistry extends HoldingServer {

    private String document = "";
    private @Nullable String etag;
    private String redirected = "";
    private String location = "";
    private boolean holds;
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
        server.start();
    }

    public static FakeRegistry overTls(SSLSocketFactory tls) throws IOException {
        return new FakeRegistry(tls, false);
    }

    /** A client without a certificate that the server trusts gets no answer. */
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

    /** From now on received with {@code Prefer: wait} wait for another document. */
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

    @Override
    synchronized MockResponse answer(RecordedRequest request) throws InterruptedException {
        if (request.getUrl().encodedPath().equals(redirected)) {
            return new MockResponse.Builder()
                    .code(307)
                    .setHeader("Location", location)
                    .build();
        }
        MockResponse.Builder response = new MockResponse.Builder();
        boolean mayHold = holds && request.getHeaders().get("Prefer") != null;
        if (mayHold && isKnown(request)) {
            int before = waitsOver;
            hold(() -> isKnown(request) && waitsOver == before);
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
        return received.get(request).getHeaders().get(name);
    }

    public RecordedRequest request(int n) {
        return received.get(n);
    }

    public int requests() {
        return received.size();
    }

    public void awaitRequests(int count) {
        await().until(() -> received.size() >= count);
    }
}
