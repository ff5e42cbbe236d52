package dev.meshclient.benchmarks;

import dev.meshclient.Mesh;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import okhttp3.OkHttpClient;

/**
 * Threads, sockets and memory of a client that has called each of its endpoints, and when they are gone: with the mesh, with a subset
 * of 20, and with plain OkHttp whose pool keeps all of them. Each line is a JVM of its own; the server is another.
 *
 * <pre>
 * mvn -q -Pbench -pl benchmarks -am -DskipTests verify -Dbench.main=dev.meshclient.benchmarks.ConnectionThreads -Dbench.args="100 1000"
 * </pre>
 *
 * After the sizes, {@code idle} waits until the idle connections of the mesh and their threads are gone: about 80 s for each line.
 */
public final class ConnectionThreads {
    private static final List<String> CLIENTS = List.of("mesh", "subset", "plain");
    private static final List<String> PROTOCOLS = List.of("h1", "h2c", "tls-h1", "tls-h2");
    private static final long LONGEST_SECONDS = 120;
    private static final Pattern STACKS = Pattern.compile("stack: reserved=\\d+KB, committed=(\\d+)KB");

    private final String client;
    private final LoopbackEndpoints endpoints;

    private ConnectionThreads(String client, LoopbackEndpoints endpoints) {
        this.client = client;
        this.endpoints = endpoints;
    }

    /** Sizes, and {@code idle}. */
    public static void main(String[] args) throws Exception {
        if (args[0].equals("one")) {
            LoopbackEndpoints endpoints = new LoopbackEndpoints(
                    args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]), Path.of(args[5]));
            new ConnectionThreads(args[1], endpoints).measure(Boolean.parseBoolean(args[6]));
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
                        java,
                        "-Xmx1g",
                        "-XX:+UseSerialGC",
                        "-XX:NativeMemoryTracking=summary",
                        "-Djava.net.preferIPv4Stack=true",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ConnectionThreads.class.getName(),
                        "one",
                        client,
                        protocol,
                        size,
                        String.valueOf(port),
                        server.store().toString(),
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
        OkHttpClient plain = endpoints.plain();
        Mesh mesh =
                client.equals("plain") ? null : endpoints.mesh(client.equals("subset") ? ", \"subsetSize\": 20" : "");
        OkHttpClient http = mesh == null ? plain : mesh.wrap(plain);
        List<String> urls = IntStream.range(0, endpoints.size())
                .mapToObj(i -> mesh == null ? endpoints.url(i) : endpoints.serviceUrl())
                .toList();
        LoopbackEndpoints.call(http, urls.get(0)); // the classes
        Held before = Held.now();
        for (String url : urls) {
            LoopbackEndpoints.call(http, url);
        }
        Held after = Held.now();
        System.out.printf(
                "%-7s %-7s %9d %7d -> %5d %7d -> %5d %8d -> %6d %8d -> %6d",
                client,
                endpoints.protocol(),
                endpoints.size(),
                before.threads,
                after.threads,
                before.sockets,
                after.sockets,
                before.heapKb,
                after.heapKb,
                before.stacksKb,
                after.stacksKb);
        System.out.println(idle && mesh != null ? "   " + gone(before) : "");
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
}
