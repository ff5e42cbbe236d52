package dev.meshclient.soak;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.meshclient.internal.time.RealTime;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One document, held requests, and an end and a new beginning on the same port. */
final class Registry implements Closeable {
    private static final long MS = 1_000_000;

    private final RealTime time;
    private final int port;
    private @Nullable HttpServer server;
    private String document = "";
    private int edition;

    Registry(RealTime time, int port) throws IOException {
        this.time = time;
        this.port = port;
        start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port + "/mesh/policy");
    }

    synchronized void start() throws IOException {
        if (server == null) {
            HttpServer fresh = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            fresh.setExecutor(task -> time.start("soak-registry", task));
            fresh.createContext("/", this::answer);
            fresh.start();
            server = fresh;
        }
    }

    synchronized void stop() {
        HttpServer running = server;
        server = null;
        if (running != null) {
            running.stop(0);
        }
    }

    synchronized void publish(String newDocument) {
        document = newDocument;
        edition++;
    }

    private synchronized String etag() {
        return "\"" + edition + "\"";
    }

    private synchronized byte[] bytes() {
        return document.getBytes(StandardCharsets.UTF_8);
    }

    private synchronized boolean isUp() {
        return server != null;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String known = exchange.getRequestHeaders().getFirst("If-None-Match");
        long until = time.now() + 1000 * MS;
        while (etag().equals(known) && isUp() && time.now() < until) {
            time.signal("held").await(time.now() + 20 * MS);
        }
        boolean news = !etag().equals(known);
        exchange.getResponseHeaders().set("ETag", etag());
        exchange.getResponseHeaders().set("Preference-Applied", "wait=1");
        byte[] body = bytes();
        exchange.sendResponseHeaders(news ? 200 : 304, news ? body.length : -1);
        if (news) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    @Override
    public void close() {
        stop();
    }
}
