package dev.meshclient.benchmarks;

import dev.meshclient.Mesh;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Threads, sockets and memory of a client that has called each of its endpoints, and when they are gone: with the mesh, with a subset
 * of 20, and with plain OkHttp whose pool keeps as many connections for as long. Each line is a JVM of its own; the server is another.
 *
 * <pre>
 * mvn -q -Pbench -pl benchmarks -am -DskipTests verify -Dbench.main=dev.meshclient.benchmarks.ConnectionThreads -Dbench.args="100 1000"
 * </pre>
 *
 * After the sizes, {@code idle} waits until the idle connections and their threads are gone: about 80 s for each line.
 */
public final class ConnectionThreads {
    private static final List<String> CLIENTS = List.of("mesh", "subset", "plain");
    private static final List<String> PROTOCOLS = List.of("h1", "h2c", "tls-h1", "tls-h2");
    private static final long KEEP_ALIVE_SECONDS = 15; // that of the mesh
    private static final long LONGEST_SECONDS = 120;
    private static final Pattern STACKS = Pattern.compile("stack: reserved=\\d+KB, committed=(\\d+)KB");

    private final String client;
    private final boolean http2;
    private final boolean tls;
    private final int size;
    private final int port;
    private final Path store;

    private ConnectionThreads(String client, String protocol, int size, int port, Path store) {
        this.client = client;
        this.http2 = protocol.contains("h2");
        this.tls = protocol.startsWith("tls");
        this.size = size;
        this.port = port;
        this.store = store;
    }

    /** Sizes, and {@code idle}. */
    public static void main(String[] args) throws Exception {
        if (args[0].equals("one")) {
            new ConnectionThreads(args[1], args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]), Path.of(args[5]))
                    .measure(Boolean.parseBoolean(args[6]));
            System.exit(0);
        }
        boolean idle = List.of(args).contains("idle");
        System.out.printf(
                "JDK %s. Before the first call -> each endpoint called; heap after GC%n%-7s %-7s %9s %16s %16s %18s %18s%s%n",
                Runtime.version(),
                "",
                "",
                "endpoints",
                "threads",
                "sockets",
                "heap KB",
                "stacks KB",
                idle ? "   sockets gone, threads gone" : "");
        try (LoopbackServer.Running server = LoopbackServer.start(0)) {
            for (String size : args) {
                for (String protocol : size.equals("idle") ? List.<String>of() : PROTOCOLS) {
                    for (String client : CLIENTS) {
                        run(server, client, protocol, size, idle);
                    }
                }
            }
        }
    }

    private static void run(LoopbackServer.Running server, String client, String protocol, String size, boolean idle)
            throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        int port = protocol.startsWith("tls") ? server.tlsPort() : server.port();
        new ProcessBuilder(
                        java, "-Xmx1g", "-XX:+UseSerialGC", "-XX:NativeMemoryTracking=summary",
                        "-Djava.net.preferIPv4Stack=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-cp", System.getProperty("java.class.path"), ConnectionThreads.class.getName(),
                        "one", client, protocol, size, String.valueOf(port), server.store().toString(),
                        String.valueOf(idle))
                .inheritIO()
                .start()
                .waitFor();
    }

    /** What a process holds. */
    private record Held(int threads, long sockets, long heapKb, long stacksKb) {
        static Held now() throws IOException, JMException {
            long heap = Long.MAX_VALUE;
            Runtime runtime = Runtime.getRuntime();
            for (int i = 0; i < 4; i++) {
                System.gc();
                heap = Math.min(heap, runtime.totalMemory() - runtime.freeMemory());
            }
            return new Held(threadCount(), openSockets(), heap >> 10, stacks());
        }

        static int threadCount() {
            return ManagementFactory.getThreadMXBean().getThreadCount();
        }

        static long openSockets() throws IOException {
            try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
                return open.filter(Held::isSocket).count();
            }
        }

        private static boolean isSocket(Path descriptor) {
            try {
                return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
            } catch (IOException closed) {
                return false;
            }
        }

        private static long stacks() throws JMException {
            Object said = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "vmNativeMemory",
                            new Object[] {new String[] {"summary"}},
                            new String[] {String[].class.getName()});
            Matcher stacks = STACKS.matcher(String.valueOf(said));
            return stacks.find() ? Long.parseLong(stacks.group(1)) : -1;
        }
    }

    private void measure(boolean idle) throws Exception {
        List<String> urls = new ArrayList<>();
        OkHttpClient plain = plain();
        Mesh mesh = client.equals("plain") ? null : mesh();
        for (int i = 0; i < size; i++) {
            urls.add((tls ? "https://" : "http://") + (mesh == null ? "e" + i + ".mesh.test:" + port : "orders") + "/");
        }
        OkHttpClient http = mesh == null ? plain : mesh.wrap(plain);
        call(http, urls.get(0)); // the classes
        Held before = Held.now();
        for (String url : urls) {
            call(http, url);
        }
        Held after = Held.now();
        System.out.printf(
                "%-7s %-7s %9d %7d -> %5d %7d -> %5d %8d -> %6d %8d -> %6d",
                client,
                (tls ? "tls-" : "") + (http2 ? tls ? "h2" : "h2c" : "h1"),
                size,
                before.threads,
                after.threads,
                before.sockets,
                after.sockets,
                before.heapKb,
                after.heapKb,
                before.stacksKb,
                after.stacksKb);
        System.out.println(idle ? "   " + gone(before) : "");
        if (mesh != null) {
            mesh.close();
        }
    }

    private static String gone(Held before) throws IOException, InterruptedException {
        long start = System.nanoTime();
        String sockets = "not";
        for (long s = 0; s < LONGEST_SECONDS; s = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)) {
            if (sockets.equals("not") && Held.openSockets() < before.sockets) {
                sockets = s + " s";
            }
            if (Held.threadCount() < before.threads) {
                return sockets + ", " + s + " s";
            }
            Thread.sleep(200);
        }
        return sockets + ", not: " + Held.threadCount() + " threads";
    }

    private static void call(OkHttpClient http, String url) throws IOException {
        Request request = new Request.Builder().url(url).build();
        try (Response response = http.newCall(request).execute()) {
            if (!response.body().string().equals("ok")) {
                throw new IOException("unexpected: " + response);
            }
        }
    }

    /** The address of an endpoint: all are the server's. */
    private static String address(int endpoint) {
        return "127.1." + endpoint / 250 + "." + (endpoint % 250 + 1);
    }

    private OkHttpClient plain() throws IOException, GeneralSecurityException {
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .connectionPool(new ConnectionPool(size, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS))
                .dns(host -> List.of(InetAddress.getByName(
                        address(Integer.parseInt(host.substring(1, host.indexOf('.')))))));
        if (tls) {
            X509TrustManager trust =
                    (X509TrustManager) LoopbackServer.trust(store).getTrustManagers()[0];
            builder.sslSocketFactory(LoopbackServer.tls(store).getSocketFactory(), trust);
        }
        if (!tls && http2) {
            builder.protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        } else if (!http2) {
            builder.protocols(List.of(Protocol.HTTP_1_1));
        }
        return builder.build();
    }

    private Mesh mesh() throws IOException {
        StringBuilder endpoints = new StringBuilder();
        for (int i = 0; i < size; i++) {
            endpoints.append(i == 0 ? "" : ", ")
                    .append("{\"address\": \"%s\", \"port\": %d}".formatted(address(i), port));
        }
        String document = """
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "benchmark"},
                 "services": {"orders": {"hosts": ["orders"], %s
                   "loadBalancer": {"simple": "ROUND_ROBIN"%s}, "endpoints": [%s]}}}
                """.formatted(
                http2 && !tls ? "\"appProtocol\": \"kubernetes.io/h2c\"," : "",
                client.equals("subset") ? ", \"subsetSize\": 20" : "",
                endpoints);
        Mesh mesh = Mesh.builder()
                .policy(PolicySource.of(document))
                .build();
        mesh.awaitReady(Duration.ofSeconds(10));
        return mesh;
    }
}
