package dev.meshclient.benchmarks;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** Starts a process of each kind in turn, and looks at it; the peer and the registry are this process. */
final class FirstCallRounds implements Closeable {
    /** A process calls with a mesh or without, and a mesh has its policy from somewhere. */
    enum Kind {
        PLAIN("plain"),
        FILE("file"),
        REGISTRY("http"),
        PLAIN_AGAIN("plain again");

        final String text;

        Kind(String text) {
            this.text = text;
        }

        boolean isPlain() {
            return this == PLAIN || this == PLAIN_AGAIN;
        }
    }

    /** A figure of a process. */
    enum Measure {
        WALL_MS("wallMs"),
        CPU_MS("cpuMs"),
        MAIN_CPU_MS("mainCpuMs"),
        ALLOCATED_KB("allocatedKB"),
        HEAP_KB("heapKB"),
        METASPACE_KB("metaspaceKB"),
        THREADS("threads");

        final String text;

        Measure(String text) {
            this.text = text;
        }
    }

    /** Classes that were loaded until the response; hidden ones are lambdas, and forms of the JVM for lambdas. */
    record Classes(int mesh, int meshHidden, int other, int otherHidden) {
        int all() {
            return mesh + meshHidden + other + otherHidden;
        }
    }

    /** The costs of the processes of one kind, in each round. */
    record Costs(Map<Measure, double[]> rounds, Classes classes) {
        double[] of(Measure measure) {
            return Objects.requireNonNull(rounds.get(measure));
        }
    }

    private static final String POLICY = """
            {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "first", "version": 1},
             "services": {"orders": {"hosts": ["orders"], "timeouts": {"request": "60s"}, "retry": {"attempts": 2},
              "endpoints": [{"address": "127.0.0.1", "port": %d}]}}}
            """;
    private static final List<String> JVM_OPTIONS = List.of("-Xmx256m", "-XX:+UseSerialGC");

    private final Path directory = Files.createTempDirectory("first-call");
    private final HttpServer peer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private final String classPath = jars();
    private final Path policy = directory.resolve("policy.json");
    private final List<String> jvmOptions;

    FirstCallRounds(List<String> jvmOptions) throws IOException {
        this.jvmOptions = jvmOptions;
        String document = POLICY.formatted(peer.getAddress().getPort());
        Files.writeString(policy, document);
        answer("/", InMemoryPeer.BODY);
        answer("/policy", document);
        peer.start();
    }

    @Override
    public void close() throws IOException {
        peer.stop(0);
        try (Stream<Path> files = Files.list(directory)) {
            files.forEach(file -> file.toFile().delete());
        }
        Files.delete(directory);
    }

    /** @param archived whether each process has an archive of classes, which one before made */
    Map<Kind, Costs> run(List<Kind> kinds, int rounds, boolean archived) throws IOException {
        Map<Kind, Costs> costs = new LinkedHashMap<>();
        for (Kind kind : kinds) {
            if (archived) {
                look(kind, List.of(archive(kind, false)));
            }
            look(kind, options(kind, archived)); // not counted: reads the jars
            Map<Measure, double[]> measures = new EnumMap<>(Measure.class);
            for (Measure measure : Measure.values()) {
                measures.put(measure, new double[rounds]);
            }
            costs.put(kind, new Costs(measures, classes(kind, options(kind, archived))));
        }
        for (int i = 0; i < rounds; i++) {
            int round = i;
            for (Kind kind : kinds) {
                Costs all = Objects.requireNonNull(costs.get(kind));
                look(kind, options(kind, archived)).forEach((measure, value) -> all.of(measure)[round] = value);
            }
        }
        return costs;
    }

    private void answer(String path, String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        peer.createContext(path, exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    /** The class path with a jar of each directory: an archive takes jars alone, and so does production. */
    private String jars() throws IOException {
        List<String> jars = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(":")) {
            if (Files.isDirectory(Path.of(entry))) {
                String jar = directory.resolve(jars.size() + ".jar").toString();
                ToolProvider.findFirst("jar").orElseThrow().run(System.out, System.err, "cf", jar, "-C", entry, ".");
                jars.add(jar);
            } else {
                jars.add(entry);
            }
        }
        return String.join(":", jars);
    }

    private List<String> options(Kind kind, boolean archived) {
        return archived ? List.of(archive(kind, true)) : List.of();
    }

    private String archive(Kind kind, boolean made) {
        boolean isCache = Runtime.version().feature() >= 25;
        String option =
                isCache ? made ? "AOTCache" : "AOTCacheOutput" : made ? "SharedArchiveFile" : "ArchiveClassesAtExit";
        return "-XX:" + option + "=" + directory.resolve(kind + ".archive");
    }

    private Process start(Kind kind, List<String> options) throws IOException {
        String url = "http://127.0.0.1:" + peer.getAddress().getPort();
        List<String> all = new ArrayList<>(JVM_OPTIONS);
        all.addAll(jvmOptions);
        all.addAll(options);
        String[] arguments =
                switch (kind) {
                    case PLAIN, PLAIN_AGAIN -> new String[] {url};
                    case FILE -> new String[] {"http://orders", policy.toUri().toString()};
                    case REGISTRY -> new String[] {"http://orders", url + "/policy"};
                };
        return Jvm.command(all, classPath, FirstCallProcess.class, arguments).start();
    }

    /** One process. */
    private Map<Measure, Double> look(Kind kind, List<String> options) throws IOException {
        Process process = start(kind, options);
        Map<Measure, Double> seen = new EnumMap<>(Measure.class);
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
                OutputStream asks = process.getOutputStream()) {
            String done = said.readLine();
            if (done == null || !done.startsWith(FirstCallProcess.DONE)) {
                throw new IOException(kind.text + ": no response, but " + done);
            }
            seen.put(Measure.WALL_MS, Double.parseDouble(done.substring(FirstCallProcess.DONE.length())) / 1e6);
            cpu(process.pid(), seen);
            end(asks);
            String line = said.readLine();
            while (line != null && !line.equals(FirstCallProcess.END)) {
                String[] nameAndValue = line.split(" ", 2);
                seen.put(Measure.valueOf(nameAndValue[0]), Double.parseDouble(nameAndValue[1]));
                line = said.readLine();
            }
            if (seen.size() != Measure.values().length) {
                throw new IOException(kind.text + ": it ended with the figures " + seen + " alone");
            }
            said.transferTo(Writer.nullWriter()); // until its end: it may write an archive
        }
        return seen;
    }

    private static void end(OutputStream asks) throws IOException {
        asks.write('\n');
        asks.flush();
    }

    /** Of all threads of a process, and of the one that runs {@code main}: the launcher starts it first. */
    private static void cpu(long pid, Map<Measure, Double> seen) throws IOException {
        double all = 0;
        int count = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads) { // in the order of their start
                String ran = Files.readString(thread.resolve("schedstat"));
                double millis = Double.parseDouble(ran.split(" ", 2)[0]) / 1e6;
                all += millis;
                if (++count == 2) {
                    seen.put(Measure.MAIN_CPU_MS, millis);
                }
            }
        }
        seen.put(Measure.CPU_MS, all);
    }

    private Classes classes(Kind kind, List<String> options) throws IOException {
        List<String> all = new ArrayList<>(options);
        all.add("-Xlog:class+load:stdout:none");
        Process process = start(kind, all);
        List<String> loaded = new ArrayList<>();
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
                OutputStream asks = process.getOutputStream()) {
            String line = said.readLine();
            while (line != null && !line.startsWith(FirstCallProcess.DONE)) {
                loaded.add(line);
                line = said.readLine();
            }
            end(asks);
            said.transferTo(Writer.nullWriter()); // until its end
        }
        return new Classes(
                count(loaded, true, false),
                count(loaded, true, true),
                count(loaded, false, false),
                count(loaded, false, true));
    }

    private static int count(List<String> loaded, boolean ofMesh, boolean hidden) {
        return (int) loaded.stream()
                .filter(line -> line.startsWith("dev.meshclient.") == ofMesh && line.contains("/0x") == hidden)
                .count();
    }
}
