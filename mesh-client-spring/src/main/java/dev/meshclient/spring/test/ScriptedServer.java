package dev.meshclient.spring.test;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import okhttp3.HttpUrl;
import org.springframework.http.HttpMethod;
import org.springframework.http.RequestEntity;
import org.springframework.http.ResponseEntity;

/** A server on this machine with the answers of a test, one request at a time. */
final class ScriptedServer {
    private final HttpServer server;
    private final Deque<ResponseEntity<String>> script = new ArrayDeque<>(); // guarded by this
    private final List<RequestEntity<String>> requests = new ArrayList<>(); // guarded by this

    ScriptedServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException("no server can be started on this machine", e);
        }
        server.createContext("/", this::handle);
        server.start();
    }

    HttpUrl url() {
        return new HttpUrl.Builder()
                .scheme("http")
                .host(server.getAddress().getAddress().getHostAddress())
                .port(server.getAddress().getPort())
                .build();
    }

    synchronized void answers(List<ResponseEntity<String>> answers) {
        script.clear();
        script.addAll(answers);
    }

    synchronized List<RequestEntity<String>> requests() {
        return List.copyOf(requests);
    }

    private synchronized ResponseEntity<String> next(RequestEntity<String> request) {
        requests.add(request);
        return script.size() > 1 ? script.removeFirst() : script.getFirst();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            ResponseEntity<String> answer = next(request(exchange));
            answer.getHeaders()
                    .forEach((name, values) -> exchange.getResponseHeaders().put(name, values));
            String text =
                    answer.getBody() == null || exchange.getRequestMethod().equals("HEAD") ? "" : answer.getBody();
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.getStatusCode().value(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static RequestEntity<String> request(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        URI url = URI.create("http://" + exchange.getRequestHeaders().getFirst("Host") + exchange.getRequestURI());
        RequestEntity.BodyBuilder request = RequestEntity.method(HttpMethod.valueOf(exchange.getRequestMethod()), url);
        exchange.getRequestHeaders().forEach((name, values) -> request.header(name, values.toArray(String[]::new)));
        return request.body(body);
    }

    void close() {
        server.stop(0);
    }
}
