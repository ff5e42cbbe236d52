package dev.meshclient.examples.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.meshclient.Mesh;
import dev.meshclient.Workload;
import dev.meshclient.registry.PolicySource;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** One instance of a service: a server that asks the next service through a mesh of its own. Answers its own name and the rest. */
final class Instance implements Closeable {
    private final String service;
    private final String zone;
    private final @Nullable String next;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private @Nullable Mesh mesh;
    private @Nullable OkHttpClient http;

    Instance(String service, String zone, @Nullable String next) throws IOException {
        this.service = service;
        this.zone = zone;
        this.next = next;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    void join(PolicySource policy) {
        Mesh joined = Mesh.builder()
                .workload(Workload.of(service).zone(zone))
                .policy(policy)
                .build();
        mesh = joined;
        http = joined.wrap(new OkHttpClient());
    }

    /** As policy lists it. */
    String asJson() {
        return "{\"address\": \"127.0.0.1\", \"port\": %d, \"locality\": \"eu/%s\"}"
                .formatted(server.getAddress().getPort(), zone);
    }

    private void answer(HttpExchange exchange) throws IOException {
        int status = 200;
        String text = service + "@" + zone;
        OkHttpClient client = http;
        if (next != null && client != null) {
            Request request = new Request.Builder().url("http://" + next + "/").build();
            try (Response response = client.newCall(request).execute()) {
                text += " " + response.body().string();
                status = response.code();
            } catch (IOException e) {
                text += " " + e;
                status = 502;
            }
        }
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        Mesh joined = mesh;
        if (joined != null) {
            joined.close();
        }
    }
}
