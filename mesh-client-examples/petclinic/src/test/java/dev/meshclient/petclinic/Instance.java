package dev.meshclient.petclinic;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicInteger;

/** An instance of a service on this machine: it answers one text, or in another mode. */
final class Instance implements AutoCloseable {
    enum Mode {
        GOOD,
        /** Answers 500. */
        FAILS,
        /** Does not answer until the mode changes. */
        HANGS,
        /** Closes the connection when it has read the request. */
        BREAKS
    }

    private final String answer;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Phaser changes = new Phaser(1);
    private final AtomicInteger posts = new AtomicInteger();
    private volatile Mode mode = Mode.GOOD;

    private Instance(String answer, HttpServer server) {
        this.answer = answer;
        this.server = server;
    }

    static Instance answering(String json) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        Instance instance = new Instance(json, server);
        server.createContext("/", instance::handle);
        server.setExecutor(instance.threads);
        server.start();
        return instance;
    }

    private void handle(HttpExchange exchange) throws IOException {
        int phase = changes.getPhase();
        Mode now = mode;
        if (now == Mode.HANGS) {
            changes.awaitAdvance(phase);
        }
        exchange.getRequestBody().readAllBytes();
        if (exchange.getRequestMethod().equals("POST")) {
            posts.incrementAndGet();
        }
        if (now == Mode.BREAKS) {
            exchange.close();
            return;
        }
        byte[] body = answer.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(now == Mode.FAILS ? 500 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    void become(Mode next) {
        mode = next;
        changes.arrive();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Requests with POST. */
    int posts() {
        return posts.get();
    }

    @Override
    public void close() {
        changes.forceTermination();
        server.stop(0);
        threads.shutdown();
    }
}
