package dev.meshclient.benchmarks;

import dev.meshclient.Mesh;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import okhttp3.OkHttpClient;

/**
 * Measures which threads, sockets and memory a client adds that calls each of its endpoints once: with the mesh, with a subset of 20,
 * and plain OkHttp whose pool keeps all connections. Each client has a JVM of its own; the server is another. The scenario {@code
 * threads} is the same without {@code idle}.
 *
 * <pre>
 * mvn -q -Pbench -pl benchmarks -am -DskipTests verify -Dbench.main=dev.meshclient.benchmarks.ConnectionThreads -Dbench.args="100 1000"
 * </pre>
 *
 * After the sizes, {@code idle} waits until the idle connections of the mesh and their threads are gone: about 80 s for each client.
 */
public final class ConnectionThreads {
    private static final String MESH = "mesh";
    private static final String SUBSET = "subset of 20";
    private static final String PLAIN = "plain";
    private static final String IDLE = "idle";
    private static final String IN_CHILD = "one";
    private static final long LONGEST_SECONDS = 120;
    private static final List<String> JVM_OPTIONS =
            List.of("-Xmx1g", "-XX:+UseSerialGC", "-XX:NativeMemoryTracking=summary");
    private static final Pattern STACKS = Pattern.compile("stack: reserved=\\d+KB, committed=(\\d+)KB");

    private final String client;
    private final LoopbackEndpoints endpoints;

    private ConnectionThreads(String client, LoopbackEndpoints endpoints) {
        this.client = client;
        this.endpoints = endpoints;
    }

    /** Sizes, and {@code idle}. */
    public static void main(String[] args) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(args));
        if (args.length == 8 && args[0].equals(IN_CHILD)) {
            LoopbackEndpoints endpoints = new LoopbackEndpoints(
                    args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]), Path.of(args[5]));
            List<Figure> figures = new ConnectionThreads(args[1], endpoints).measure(args[6].equals(IDLE));
            Results.writeFigures(figures, Path.of(args[7]));
            System.exit(0);
        }
        boolean idle = arguments.remove(IDLE);
        if (arguments.isEmpty() || !arguments.stream().allMatch(size -> size.matches("[1-9]\\d{0,4}"))) {
            throw new IllegalArgumentException(arguments
                    + ": numbers of endpoints from 1 to 99999 are needed, such as '100 1000'; then 'idle' or nothing");
        }
        System.out.println("JDK " + Runtime.version() + ", after a call to each endpoint:");
        for (Figure figure : measure(arguments.stream().map(Integer::valueOf).toList(), idle)) {
            System.out.println(figure.subject() + ": " + figure.quantity().text() + ": "
                    + Report.cell(Optional.of(figure), Double.NaN));
        }
    }

    /** All protocols and clients. */
    static List<Figure> measure(List<Integer> sizes, boolean idle) throws Exception {
        List<Figure> figures = new ArrayList<>();
        try (LoopbackEndpoints.Server server = LoopbackEndpoints.Server.start(0)) {
            for (int size : sizes) {
                for (String protocol : LoopbackEndpoints.PROTOCOLS) {
                    for (String client : List.of(MESH, SUBSET, PLAIN)) {
                        figures.addAll(inChild(client, server.endpoints(protocol, size), idle));
                    }
                }
            }
        }
        return figures;
    }

    private static List<Figure> inChild(String client, LoopbackEndpoints endpoints, boolean idle)
            throws IOException, InterruptedException {
        Path file = Files.createTempFile("figures", ".json");
        try {
            int code = Jvm.command(
                            JVM_OPTIONS,
                            ConnectionThreads.class,
                            IN_CHILD,
                            client,
                            endpoints.protocol(),
                            String.valueOf(endpoints.size()),
                            String.valueOf(endpoints.port()),
                            endpoints.keys().toString(),
                            idle ? IDLE : "",
                            file.toString())
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IOException("'%s' over %s to %d endpoints: the process ended with %d"
                        .formatted(client, endpoints.protocol(), endpoints.size(), code));
            }
            return Results.readFigures(file);
        } finally {
            Files.delete(file);
        }
    }

    /** The resources that a process holds. */
    private record Held(int threads, long sockets, double heapMegabytes, double stackMegabytes) {
        static Held now() throws IOException, JMException {
            return new Held(threadCount(), openSockets(), Jvm.usedHeap() / 1e6, stacks());
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

        private static double stacks() throws JMException {
            Object said = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "vmNativeMemory",
                            new Object[] {new String[] {"summary"}},
                            new String[] {String[].class.getName()});
            Matcher stacks = STACKS.matcher(String.valueOf(said));
            return stacks.find() ? Long.parseLong(stacks.group(1)) * 1024 / 1e6 : Double.NaN;
        }
    }

    private List<Figure> measure(boolean idle) throws Exception {
        OkHttpClient plain = endpoints.plain();
        Mesh mesh = client.equals(PLAIN) ? null : endpoints.mesh(client.equals(SUBSET) ? ", \"subsetSize\": 20" : "");
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
        if (idle && mesh != null) {
            System.out.println(subject() + ": " + gone(before));
        }
        if (mesh != null) {
            mesh.close();
        }
        return List.of(
                added(Quantity.ADDED_THREADS, after.threads - before.threads),
                added(Quantity.ADDED_SOCKETS, after.sockets - before.sockets),
                added(Quantity.ADDED_HEAP, after.heapMegabytes - before.heapMegabytes),
                added(Quantity.ADDED_STACKS, after.stackMegabytes - before.stackMegabytes));
    }

    private String subject() {
        return "%,d endpoints over %s, %s".formatted(endpoints.size(), endpoints.protocol(), client);
    }

    private Figure added(Quantity quantity, double value) {
        return Figure.of(Scenario.THREADS, CallPath.DIRECT, subject(), quantity, value);
    }

    private static String gone(Held before) throws IOException, InterruptedException {
        long start = System.nanoTime();
        String sockets = "sockets not closed";
        boolean closed = false;
        for (long s = 0; s < LONGEST_SECONDS; s = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)) {
            if (!closed && Held.openSockets() < before.sockets) {
                closed = true;
                sockets = "sockets closed after " + s + " s";
            }
            if (Held.threadCount() < before.threads) {
                return sockets + ", threads ended after " + s + " s";
            }
            Thread.sleep(200);
        }
        return sockets + ", " + Held.threadCount() + " threads not ended";
    }
}
