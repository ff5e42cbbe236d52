package dev.meshclient.benchmarks;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * The first call of a process, with a mesh and by plain OkHttp: from {@code main} to the end of the first response, with the policy
 * in a file and from a registry. The peer and the registry are this process; each round starts a JVM of each kind, in turn. Prints
 * medians, how far the two plain kinds differ, and a line of JSON. The arguments are the number of rounds (15) and, for the same
 * with an archive of classes (JDK 17 to 24) or a cache (from JDK 25) made by a run before, {@code archive}. Linux only: processor
 * time is read from {@code /proc}.
 *
 * <pre>mvn -pl benchmarks -am -Pbench -DskipTests verify -Dbench.main=dev.meshclient.benchmarks.FirstCall -Dbench.args="15 archive"</pre>
 *
 * <p>Processor time is that of the thread of {@code main}, and that of all threads, compilers included, until the response. Kept
 * memory is what a full collection leaves on the heap, and the metaspace. The mesh keeps no snapshot.
 */
public final class FirstCall {
    private static final List<String> KINDS = List.of("plain", "file", "http", "plain again");
    private static final List<String> FIGURES =
            List.of("wallMs", "cpuMs", "mainCpuMs", "allocatedKB", "heapKB", "metaspaceKB", "threads");
    private static final List<String> CLASSES = List.of("mesh", "meshHidden", "other", "otherHidden");
    private static final String POLICY = """
            {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "first", "version": 1},
             "services": {"orders": {"hosts": ["orders"], "timeouts": {"request": "60s"}, "retry": {"attempts": 2},
              "endpoints": [{"address": "127.0.0.1", "port": %d}]}}}
            """;

    private final Path directory = Files.createTempDirectory("first-call");
    private final HttpServer peer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private final String classPath = jars();
    private final Path policy = directory.resolve("policy.json");
    private final List<String> jvmOptions;
    private boolean archived;

    private FirstCall(List<String> jvmOptions) throws IOException {
        this.jvmOptions = jvmOptions;
        String document = POLICY.formatted(peer.getAddress().getPort());
        Files.writeString(policy, document);
        answer("/", "x".repeat(128));
        answer("/policy", document);
        peer.start();
    }

    /** Runs all rounds. */
    public static void main(String[] args) throws IOException, InterruptedException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 15;
        FirstCall first = new FirstCall(List.of());
        try {
            first.compare(rounds);
            if (Arrays.asList(args).contains("archive")) {
                first.archived = true;
                first.compare(rounds);
            }
        } finally {
            first.end();
        }
    }

    /** With the policy in a file, against plain. */
    static List<Figure> measure(CallPath path, Effort effort) throws IOException {
        FirstCall first = new FirstCall(path.jvmOptions());
        Map<String, double[][]> figures = new LinkedHashMap<>();
        Map<String, int[]> classes = new LinkedHashMap<>();
        try {
            first.run(effort.isWhole() ? 11 : 3, figures, classes);
        } finally {
            first.end();
        }
        double[][] plain = of(figures, "plain");
        double[][] again = of(figures, "plain again");
        double[][] meshed = of(figures, "file");
        Figure.Baseline wall = new Figure.Baseline(plain[0], again[0]);
        Figure.Baseline cpu = new Figure.Baseline(plain[1], again[1]);
        Figure.Baseline kept = new Figure.Baseline(kept(plain), kept(again));
        double loaded = Arrays.stream(of(classes, "file")).sum()
                - Arrays.stream(of(classes, "plain")).sum();
        return List.of(
                added(path, Quantity.ADDED_MILLIS, wall.differences(meshed[0])).withDrift(wall.drift()),
                added(path, Quantity.ADDED_CPU_MILLIS, cpu.differences(meshed[1]))
                        .withDrift(cpu.drift()),
                added(path, Quantity.ADDED_MEGABYTES, kept.differences(kept(meshed))),
                added(path, Quantity.ADDED_CLASSES, loaded));
    }

    private static Figure added(CallPath path, Quantity quantity, double... rounds) {
        return Figure.of(Scenario.START, path, "from `main` to the first response", quantity, rounds);
    }

    /** Megabytes of heap and metaspace in each round. */
    private static double[] kept(double[][] figures) {
        double[] kept = new double[figures[4].length];
        Arrays.setAll(kept, round -> (figures[4][round] + figures[5][round]) / 1e3);
        return kept;
    }

    private void end() throws IOException {
        peer.stop(0);
        try (Stream<Path> files = Files.list(directory)) {
            files.forEach(file -> file.toFile().delete());
        }
        Files.delete(directory);
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

    private static boolean isPlain(String kind) {
        return kind.startsWith("plain");
    }

    private Process start(String kind, String... options) throws IOException {
        String url = "http://127.0.0.1:" + peer.getAddress().getPort();
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"));
        command.addAll(jvmOptions);
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classPath, FirstCallProcess.class.getName()));
        command.add(isPlain(kind) ? url : "http://orders");
        if (!isPlain(kind)) {
            command.add(kind.equals("file") ? policy.toUri().toString() : url + "/policy");
        }
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Those of one process, in the order of {@link #FIGURES}. */
    private double[] figures(String kind, String... options) throws IOException {
        Process process = start(kind, options);
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
                OutputStream asks = process.getOutputStream()) {
            String done = said.readLine();
            if (done == null || !done.startsWith(FirstCallProcess.DONE)) {
                throw new IOException(kind + ": no response, but " + done);
            }
            double[] cpu = cpu(process.pid());
            asks.write('\n');
            asks.flush();
            double wall = Double.parseDouble(done.substring(FirstCallProcess.DONE.length())) / 1e6;
            double[] memory = Stream.of(said.readLine().split(" "))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            said.transferTo(Writer.nullWriter()); // until its end: it may write an archive
            return new double[] {wall, cpu[0], cpu[1], memory[0] / 1e3, memory[1] / 1e3, memory[2] / 1e3, memory[3]};
        }
    }

    /** Milliseconds of all threads of a process, and of the one that runs {@code main}: the launcher starts it first. */
    private static double[] cpu(long pid) throws IOException {
        double all = 0;
        double main = 0;
        int count = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads) { // in the order of their start
                String ran = Files.readString(thread.resolve("schedstat"));
                double millis = Double.parseDouble(ran.split(" ", 2)[0]) / 1e6;
                all += millis;
                if (++count == 2) {
                    main = millis;
                }
            }
        }
        return new double[] {all, main};
    }

    /** How many classes were loaded until the response, in the order of {@link #CLASSES}. */
    private int[] classes(String kind, String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("-Xlog:class+load:stdout:none");
        Process process = start(kind, all.toArray(String[]::new));
        int[] counts = new int[CLASSES.size()];
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
                OutputStream asks = process.getOutputStream()) {
            String line = said.readLine();
            while (line != null && !line.startsWith(FirstCallProcess.DONE)) {
                boolean isHidden = line.contains("/0x"); // a lambda, or a form of the JVM for lambdas
                counts[(line.startsWith("dev.meshclient.") ? 0 : 2) + (isHidden ? 1 : 0)]++;
                line = said.readLine();
            }
            asks.write('\n');
            asks.flush();
            said.transferTo(Writer.nullWriter()); // until its end
        }
        return counts;
    }

    private String archive(String kind, boolean made) {
        boolean isCache = Runtime.version().feature() >= 25;
        String option =
                isCache ? made ? "AOTCache" : "AOTCacheOutput" : made ? "SharedArchiveFile" : "ArchiveClassesAtExit";
        return "-XX:" + option + "=" + directory.resolve(kind.replace(' ', '-') + ".archive");
    }

    private String[] options(String kind) {
        return archived ? new String[] {archive(kind, true)} : new String[0];
    }

    private void compare(int rounds) throws IOException {
        Map<String, double[][]> figures = new LinkedHashMap<>();
        Map<String, int[]> classes = new LinkedHashMap<>();
        run(rounds, figures, classes);
        report(figures, classes, rounds);
    }

    private static <T> T of(Map<String, T> all, String kind) {
        return Objects.requireNonNull(all.get(kind), kind);
    }

    private void run(int rounds, Map<String, double[][]> figures, Map<String, int[]> classes) throws IOException {
        for (String kind : KINDS) {
            if (archived) {
                figures(kind, archive(kind, false));
            }
            figures(kind, options(kind)); // not counted: reads the jars
            figures.put(kind, new double[FIGURES.size()][rounds]);
            classes.put(kind, classes(kind, options(kind)));
        }
        for (int round = 0; round < rounds; round++) {
            for (String kind : KINDS) {
                double[] one = figures(kind, options(kind));
                for (int i = 0; i < one.length; i++) {
                    of(figures, kind)[i][round] = one[i];
                }
            }
        }
    }

    private void report(Map<String, double[][]> figures, Map<String, int[]> classes, int rounds) {
        double[][] plain = of(figures, KINDS.get(0));
        StringBuilder json =
                new StringBuilder("{\"benchmark\": \"FirstCall\", \"jdk\": \"%s\", \"archive\": %s, \"rounds\": %d"
                        .formatted(Runtime.version(), archived, rounds));
        System.out.printf(
                "JDK %s, %s, %d rounds: medians (more than plain)%n",
                Runtime.version(), archived ? "with an archive of classes" : "no archive of classes", rounds);
        for (String kind : KINDS) {
            System.out.printf("%-12s", kind);
            json.append(", \"").append(kind).append("\": {");
            for (int i = 0; i < FIGURES.size(); i++) {
                double value = median(of(figures, kind)[i]);
                double more = value - median(plain[i]);
                System.out.printf(Locale.ROOT, " %s %.0f (%+.0f)", FIGURES.get(i), value, more);
                json.append("\"%s\": %.1f, ".formatted(FIGURES.get(i), value));
            }
            for (int i = 0; i < CLASSES.size(); i++) {
                System.out.printf(" %s %d", CLASSES.get(i), of(classes, kind)[i]);
                json.append("%s\"%s\": %d".formatted(i == 0 ? "" : ", ", CLASSES.get(i), of(classes, kind)[i]));
            }
            System.out.println();
            json.append('}');
        }
        System.out.println(json.append('}'));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
