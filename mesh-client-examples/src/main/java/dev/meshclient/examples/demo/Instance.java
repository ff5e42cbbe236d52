package dev.meshclient.examples.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.meshclient.examples.inbound.MeshFilter;
import io.opentelemetry.context.Scope;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** One instance of a service: a server that calls the next service through its own mesh, and answers with the way of the call. */
final class Instance implements Closeable {
    private final Hop self;
    private final @Nullable String next;
    private final Member member;
    private final ServiceTls tls;
    private final Seen seen;
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger received = new AtomicInteger();
    private volatile int broken; // the status of its failures; 0: it does not fail
    private volatile CountDownLatch answers = new CountDownLatch(0); // until then it answers nothing
    private volatile boolean up = true;
    private volatile boolean keepsConnections = true;
    private @Nullable HeldPort port;

    /**
     * @param next the service that it calls; null = none
     * @param member its place in the mesh
     * @param tls its identity
     */
    Instance(Hop self, @Nullable String next, Member member, ServiceTls tls, Seen seen) throws IOException {
        this(self, next, member, tls, seen, 0);
    }

    private Instance(Hop self, @Nullable String next, Member member, ServiceTls tls, Seen seen, int port)
            throws IOException {
        this.self = self;
        this.next = next;
        this.member = member;
        this.tls = tls;
        this.seen = seen;
        this.server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        server.setHttpsConfigurator(new HttpsConfigurator(tls.context()));
        server.createContext("/", this::answer).getFilters().add(new MeshFilter(member.inbound()));
        server.start();
    }

    Hop self() {
        return self;
    }

    Member member() {
        return member;
    }

    boolean isUp() {
        return up;
    }

    /** Calls received in this round. */
    int received() {
        return received.get();
    }

    void beginRound() {
        received.set(0);
        member.beginRound();
    }

    /** Its entry in the policy. */
    String asJson() {
        return "{\"address\": \"127.0.0.1\", \"port\": %d, \"locality\": \"eu/%s\", \"labels\": {\"version\": \"%s\"}}"
                .formatted(server.getAddress().getPort(), self.zone(), self.version());
    }

    @SuppressWarnings("try") // the trace is current, and not named
    private void answer(HttpExchange exchange) throws IOException {
        received.incrementAndGet();
        seen.caller(self.service(), exchange);
        if (hangs()) {
            exchange.close();
            return;
        }
        int status = broken == 0 ? 200 : broken;
        String text = self.toString();
        if (next != null && broken == 0) {
            Request request = new Request.Builder().url("http://" + next + "/").build();
            try (Scope trace = Recorder.trace(exchange.getRequestHeaders()).makeCurrent();
                    Response response = member.http().newCall(request).execute()) {
                text += " " + response.body().string();
                status = response.code();
                seen.server(response);
            } catch (IOException e) {
                text += " " + e;
                status = 502;
            }
        }
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        if (!keepsConnections) {
            exchange.getResponseHeaders().set("Connection", "close");
        }
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** Answers every call with this status; 0 = it does not fail any more. */
    void answerWith(int status) {
        broken = status;
    }

    /** Whether it has waited: its caller has left by then. */
    private boolean hangs() {
        CountDownLatch until = answers;
        boolean hangs = until.getCount() > 0;
        try {
            until.await();
        } catch (InterruptedException e) { // it is killed
            Thread.currentThread().interrupt();
        }
        return hangs;
    }

    /** Answers no call from here on, until {@link #goOn}. */
    void hang() {
        answers = new CountDownLatch(1);
    }

    /** Answers the calls from here on; those before get no answer. */
    void goOn() {
        answers.countDown();
    }

    /** Whether a connection serves more than one call. */
    void keepConnections(boolean keep) {
        keepsConnections = keep;
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Dies as a process does: its connections break, and its port refuses connections. */
    void kill() throws IOException {
        up = false;
        server.stop(0);
        threads.shutdownNow();
        port = HeldPort.hold(server.getAddress().getPort());
        member.close();
    }

    /** Starts another process on the same port, after its death. */
    Instance successor(Member member) throws IOException {
        try (HeldPort held = Objects.requireNonNull(port)) {
            return new Instance(self, next, member, tls, seen, held.port());
        }
    }

    @Override
    public void close() throws IOException {
        if (up) {
            kill();
        }
        Objects.requireNonNull(port).close();
    }
}
