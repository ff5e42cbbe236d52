package dev.meshclient.examples.registry;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Serves one policy document on the loopback address, at any path. A client that knows the document gets 304 at once,
 * or, with {@code Prefer: wait=30} (RFC 7240), the next document as soon as it is published. A static file server works too,
 * but its clients see a change only at their next request.
 *
 * <p>A request with {@code ?hosts=orders,payments} ({@code PolicySource.http(uri).onDemand()}) gets the part of the document
 * that calls to these hosts need.
 */
public final class RegistryServer implements Closeable {
    private static final Pattern WAIT = Pattern.compile("(?:^|[,;\\s])wait\\s*=\\s*\"?(\\d{1,9})");
    private static final long MAX_WAIT_SECONDS = 60;

    static {
        // Without it each answer may wait 40 ms for a delayed ACK.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Published published;
    private final List<String> refusals = new ArrayList<>();
    private boolean closed;

    private record Published(String document, String etag) {
        static Published of(String document) {
            return new Published(document, '"' + sha256(document).substring(0, 16) + '"');
        }

        Published part(@Nullable List<String> hosts) {
            return hosts == null ? this : of(Part.of(document, hosts));
        }
    }

    private RegistryServer(int port, String document) throws IOException {
        this.published = Published.of(document);
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Starts to serve this document; port 0 = any free port. */
    public static RegistryServer start(int port, String document) throws IOException {
        return new RegistryServer(port, document);
    }

    /** The URI for a mesh: {@code PolicySource.http(registry.uri())}. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/policy");
    }

    /** Publishes another document without a check of its content, and answers the waiting requests. */
    public synchronized void publish(String document) {
        published = Published.of(document);
        refusals.clear();
        notifyAll();
    }

    /** Serves a file and its later versions: {@code RegistryServer policy.json 8500}. Does not publish a document with a problem. */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length != 2) {
            System.err.println("usage: RegistryServer <file> <port>");
            System.exit(2);
        }
        Path file = Path.of(args[0]);
        String document = Files.readString(file);
        PolicyCodec.readStrict(document.getBytes(StandardCharsets.UTF_8));
        RegistryServer registry = start(Integer.parseInt(args[1]), document);
        System.out.println("serving " + file + " at " + registry.uri() + "; the meshes follow each edit");
        while (true) {
            TimeUnit.MILLISECONDS.sleep(500);
            String now = Files.readString(file);
            if (!now.equals(document)) {
                document = now;
                registry.publishIfGood(now);
            }
        }
    }

    private void publishIfGood(String document) {
        try {
            PolicyCodec.readStrict(document.getBytes(StandardCharsets.UTF_8));
            publish(document);
            System.out.println("published");
        } catch (PolicyException e) {
            System.err.println("not published: " + e.getMessage());
        }
    }

    /** The reasons why clients refuse the published document ({@code Mesh-Rejected}), one for each request that states one. */
    public synchronized List<String> refusals() {
        return List.copyOf(refusals);
    }

    private synchronized void hear(@Nullable String rejected) {
        if (rejected != null && rejected.startsWith(published.etag)) {
            refusals.add(rejected);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!List.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            hear(exchange.getRequestHeaders().getFirst("Mesh-Rejected"));
            String known = exchange.getRequestHeaders().getFirst("If-None-Match");
            long wait = known == null ? 0 : waitSeconds(exchange.getRequestHeaders());
            List<String> hosts = Part.hosts(exchange.getRequestURI());
            Published now = await(hosts, known, wait);
            Headers headers = exchange.getResponseHeaders();
            headers.set("ETag", now.etag);
            headers.set("Cache-Control", "no-cache");
            if (wait > 0) {
                headers.set("Preference-Applied", "wait=" + wait);
            }
            if (isKnown(known, now)) {
                exchange.sendResponseHeaders(304, -1);
            } else {
                headers.set("Content-Type", "application/vnd.meshclient.v1+json");
                send(exchange, now.document.getBytes(StandardCharsets.UTF_8));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, byte[] document) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(200, -1);
        } else {
            exchange.sendResponseHeaders(200, document.length);
            exchange.getResponseBody().write(document);
        }
    }

    /** The published document, as soon as it differs from the known one; after this many seconds in any case. */
    private synchronized Published await(@Nullable List<String> hosts, @Nullable String known, long seconds)
            throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        Published whole = published;
        Published now = whole.part(hosts);
        while (!closed && isKnown(known, now)) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                break;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
            if (published != whole) {
                whole = published;
                now = whole.part(hosts);
            }
        }
        return now;
    }

    private static boolean isKnown(@Nullable String ifNoneMatch, Published now) {
        return ifNoneMatch != null && (ifNoneMatch.trim().equals("*") || ifNoneMatch.contains(now.etag));
    }

    private static long waitSeconds(Headers headers) {
        Matcher wait = WAIT.matcher(String.join(",", headers.getOrDefault("Prefer", List.of())));
        return wait.find() ? Math.min(Long.parseLong(wait.group(1)), MAX_WAIT_SECONDS) : 0;
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        server.stop(0);
        threads.shutdownNow();
    }
}
