package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls on virtual threads, over HTTP/2: so many over HTTP/1.1 would need more sockets than systems allow. On older JDKs {@code
 * synchronized} pins, which OkHttp waits in.
 */
@EnabledForJreRange(min = JRE.JAVA_24)
class VirtualThreadsTest {
    private static final int ENDPOINTS = 100;
    private static final Duration LONG = Duration.ofMillis(20); // the threshold of JFR's own settings

    private final List<RawServer> servers = new ArrayList<>();
    private final List<Runnable> held = new ArrayList<>();
    private final AtomicInteger peak = new AtomicInteger();
    private int wanted = 1;
    private int refuseEach;

    @BeforeEach
    void start() throws IOException {
        for (int i = 0; i < ENDPOINTS; i++) {
            servers.add(RawServer.of(this::serve));
        }
    }

    @AfterEach
    void stop() throws IOException {
        for (RawServer server : servers) {
            server.close();
        }
    }

    private void serve(RawServer.Peer peer) throws IOException {
        LinkedBlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
        Thread writer = new Thread(() -> {
            try {
                while (true) {
                    peer.write(frames.take());
                }
            } catch (IOException | InterruptedException ended) {
                // With its connection.
            }
        });
        writer.setDaemon(true);
        writer.start();
        try {
            for (int stream = Http2.request(peer); ; stream = Http2.next(peer)) {
                arrived(frames, stream);
            }
        } finally {
            writer.interrupt();
        }
    }

    /** Answers nothing until so many requests are there as are wanted, and later ones at once. */
    private void arrived(LinkedBlockingQueue<byte[]> frames, int stream) {
        synchronized (held) {
            boolean refused = refuseEach > 0 && held.size() % refuseEach == 0;
            byte[] answer = refused ? Http2.serverError(stream) : Http2.ok(stream);
            held.add(() -> frames.add(answer));
            if (held.size() < wanted) {
                return;
            }
            peak.accumulateAndGet(held.size(), Math::max);
            held.forEach(Runnable::run);
            held.clear();
            wanted = 1;
            refuseEach = 0;
        }
    }

    /** The next so many requests wait for each other; then one of {@code refused} fails, 0: none. */
    private void hold(int requests, int refused) {
        synchronized (held) {
            wanted = requests;
            refuseEach = refused;
        }
    }

    private Mesh mesh(String settings) {
        Documents.Service orders = Documents.service("orders")
                .with("'appProtocol': 'kubernetes.io/h2c', 'timeouts': {'request': '60s'}")
                .with("'limits': {'maxRequests': 20000}, 'loadBalancer': {'simple': 'ROUND_ROBIN'}")
                .with(settings);
        servers.forEach(server -> orders.endpoint(server.port()));
        return Mesh.builder()
                .policy(PolicySource.of(
                        Documents.mesh("virtual").services(orders).json()))
                .build();
    }

    private static void call(OkHttpClient http, Map<Object, LongAdder> outcomes) {
        Object outcome;
        try (Response response = http.newCall(
                        new Request.Builder().url("http://orders/").build())
                .execute()) {
            outcome = response.code();
        } catch (IOException | RuntimeException | Error e) {
            outcome = e.toString();
        }
        outcomes.computeIfAbsent(outcome, o -> new LongAdder()).increment();
    }

    private static ExecutorService virtualThreads() throws ReflectiveOperationException {
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }

    private static Map<Object, LongAdder> calls(OkHttpClient http, int calls) throws Exception {
        Map<Object, LongAdder> outcomes = new ConcurrentHashMap<>();
        ExecutorService callers = virtualThreads();
        for (int i = 0; i < calls; i++) {
            callers.execute(() -> call(http, outcomes));
        }
        callers.shutdown();
        assertThat(callers.awaitTermination(2, TimeUnit.MINUTES)).isTrue();
        return outcomes;
    }

    /** Opens the connections, and loads classes: their initialization pins. */
    private static void warmUp(OkHttpClient http) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        ExecutorService callers = virtualThreads();
        callers.execute(() -> {
            for (int i = 0; i < 4 * ENDPOINTS; i++) {
                call(http, new ConcurrentHashMap<>());
            }
            done.countDown();
        });
        done.await();
        calls(http, ENDPOINTS);
        callers.shutdown();
    }

    private interface Part {
        void run() throws Exception;
    }

    private static List<RecordedEvent> pinnedDuring(Path directory, Part part) throws Exception {
        Path file = directory.resolve("pinned.jfr");
        try (Recording recording = new Recording()) {
            recording
                    .enable("jdk.VirtualThreadPinned")
                    .withThreshold(Duration.ZERO)
                    .withStackTrace();
            recording.start();
            part.run();
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> pinned = RecordingFile.readAllEvents(file);
        Files.delete(file);
        return pinned;
    }

    private static Stream<String> frames(RecordedEvent pinned) {
        return pinned.getStackTrace() == null
                ? Stream.of()
                : pinned.getStackTrace().getFrames().stream()
                        .map(frame -> frame.getMethod().getType().getName() + "."
                                + frame.getMethod().getName());
    }

    /** The first use of a class pins, also by other code. */
    private static boolean loadsClass(RecordedEvent pinned) {
        return frames(pinned).anyMatch(frame -> frame.contains("ClassLoader.") || frame.endsWith(".<clinit>"));
    }

    /** Whether code of the mesh did what pins: all frames down to the first of the mesh are the JDK's. */
    private static boolean isByMesh(RecordedEvent pinned) {
        return frames(pinned)
                .filter(frame -> !frame.startsWith("java.") && !frame.startsWith("jdk.") && !frame.startsWith("sun."))
                .findFirst()
                .filter(frame -> frame.startsWith("dev.meshclient.internal."))
                .isPresent();
    }

    private static void assertNotPinned(List<RecordedEvent> events) {
        assertThat(events)
                .filteredOn(pinned -> !loadsClass(pinned))
                .noneMatch(VirtualThreadsTest::isByMesh)
                .allMatch(pinned -> pinned.getDuration().compareTo(LONG) < 0);
    }

    @Test
    void ten_thousand_calls_in_flight_pin_no_thread(@TempDir Path directory) throws Exception {
        try (Mesh mesh = mesh("")) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            warmUp(http);
            hold(10_000, 0);
            List<RecordedEvent> pinned = pinnedDuring(directory, () -> assertThat(calls(http, 10_000))
                    .hasEntrySatisfying(200, count -> assertThat(count.sum()).isEqualTo(10_000)));
            assertThat(peak).hasValue(10_000);
            assertNotPinned(pinned);
        }
    }

    @Test
    void pauses_before_retries_and_hedges_pin_no_thread(@TempDir Path directory) throws Exception {
        String settings = "'retry': {'attempts': 4, 'codes': [500], 'backoff': '200ms'}, 'hedge': {'delay': '20ms'},"
                + " 'retryConstraint': {'budget': {'percent': 100}}";
        try (Mesh mesh = mesh(settings)) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            warmUp(http);
            hold(1, 1); // a retry
            calls(http, 1);
            hold(2, 0); // a hedge
            calls(http, 1);
            hold(1_010, 2); // ten are hedges
            List<RecordedEvent> pinned = pinnedDuring(directory, () -> assertThat(calls(http, 1_000))
                    .hasEntrySatisfying(200, count -> assertThat(count.sum()).isEqualTo(1_000)));
            assertNotPinned(pinned);
        }
    }
}
