package dev.meshclient.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.meshclient.Mesh;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import okhttp3.OkHttpClient;

/**
 * 10,000 calls at a time on virtual threads, to 100 endpoints that answer after a second: the time until all are answered, processor time
 * and kept memory for each, and pinned threads, with the mesh and with plain OkHttp. Needs JDK 21; HTTP/2 pins threads before JDK 24. The
 * server is another JVM. Over HTTP/1.1 both need a descriptor for each call ({@code ulimit -n}).
 *
 * <pre>
 * mvn -q -Pbench -pl benchmarks -am -DskipTests verify -Dbench.main=dev.meshclient.benchmarks.VirtualThreads -Dbench.args="h2c 10000"
 * </pre>
 */
public final class VirtualThreads {
    private static final int ENDPOINTS = 100;
    private static final int WARM_UP = 3;
    private static final int ROUNDS = 7;
    private static final long PAUSE_MILLIS = 1000;
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private VirtualThreads() {}

    /** The protocol, and the number of calls. */
    public static void main(String[] args) throws Exception {
        String protocol = args[0];
        int calls = Integer.parseInt(args[1]);
        try (LoopbackServer.Running server = LoopbackServer.start(PAUSE_MILLIS)) {
            int port = protocol.startsWith("tls") ? server.tlsPort() : server.port();
            LoopbackEndpoints endpoints = new LoopbackEndpoints(protocol, ENDPOINTS, port, server.store());
            try (Mesh mesh = endpoints.mesh("")) {
                List<Client> clients = List.of(
                        new Client("plain", endpoints.plain(), endpoints::url),
                        new Client("mesh", mesh.wrap(endpoints.plain()), i -> endpoints.serviceUrl()));
                for (Client client : clients) {
                    client.run(ENDPOINTS, -1); // a connection to each
                }
                for (int round = 0; round < WARM_UP + ROUNDS; round++) {
                    for (Client client : clients) {
                        client.run(calls, round - WARM_UP);
                    }
                }
                for (Client client : clients) {
                    client.report(calls, clients.get(0));
                }
            }
        }
        System.exit(0);
    }

    /** A client and its results. */
    private static final class Client {
        private final String name;
        private final OkHttpClient http;
        private final IntFunction<String> url;
        private final double[] millis = new double[ROUNDS];
        private final double[] cpu = new double[ROUNDS];
        private final LongAdder answered = new LongAdder();
        private final LongAdder failed = new LongAdder();
        private long keptBytes;
        private long pinned;
        private Duration longestPinned = Duration.ZERO;

        Client(String name, OkHttpClient http, IntFunction<String> url) {
            this.name = name;
            this.http = http;
            this.url = url;
        }

        /** The last round is for memory, as it collects garbage while the calls are in flight. */
        void run(int calls, int round) throws Exception {
            answered.reset();
            failed.reset();
            boolean last = round == ROUNDS - 1;
            Path file = Files.createTempFile("pinned", ".jfr");
            try (Recording recording = new Recording()) {
                recording.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ZERO);
                recording.start();
                long heap = last ? heap() : 0;
                long start = System.nanoTime();
                long cpuBefore = SYSTEM.getProcessCpuTime();
                ExecutorService callers = start(calls);
                if (last) {
                    Thread.sleep(PAUSE_MILLIS / 2);
                    keptBytes = heap() - heap;
                }
                if (!callers.awaitTermination(2, TimeUnit.MINUTES)) {
                    throw new IOException("not answered within two minutes: " + answered + " of " + calls);
                }
                if (round >= 0) {
                    millis[round] = (System.nanoTime() - start) / 1e6;
                    cpu[round] = (SYSTEM.getProcessCpuTime() - cpuBefore) / 1e3 / calls;
                }
                recording.stop();
                recording.dump(file);
            }
            if (round >= 0) {
                for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
                    pinned++;
                    if (event.getDuration().compareTo(longestPinned) > 0) {
                        longestPinned = event.getDuration();
                    }
                }
            }
            Files.delete(file);
            if (answered.sum() != calls) {
                throw new IOException(name + ": " + answered + " of " + calls + " answered");
            }
        }

        private ExecutorService start(int calls) throws ReflectiveOperationException {
            ExecutorService callers = (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
            for (int i = 0; i < calls; i++) {
                String to = url.apply(i);
                callers.execute(() -> call(to));
            }
            callers.shutdown();
            return callers;
        }

        private void call(String to) {
            try {
                LoopbackEndpoints.call(http, to);
                answered.increment();
            } catch (IOException e) {
                if (failed.sum() == 0) {
                    System.err.println(name + ": " + e);
                }
                failed.increment();
            }
        }

        private static long heap() {
            System.gc();
            return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        }

        void report(int calls, Client plain) {
            double[] ratios = new double[ROUNDS - 1];
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] = cpu[i] / plain.cpu[i];
            }
            System.out.printf(
                    Locale.ROOT,
                    "%-6s JDK %s: all %d of each round answered after %.0f ms; %.1f us of processor time a call, x %.2f;"
                            + " %.1f KB kept for each call in flight; %d pinned, the longest %.1f ms%n",
                    name,
                    Runtime.version(),
                    calls,
                    median(Arrays.copyOf(millis, ROUNDS - 1)),
                    median(Arrays.copyOf(cpu, ROUNDS - 1)),
                    median(ratios),
                    keptBytes / 1024.0 / calls,
                    pinned,
                    longestPinned.toNanos() / 1e6);
        }

        private static double median(double[] of) {
            Arrays.sort(of);
            return of[of.length / 2];
        }
    }
}
