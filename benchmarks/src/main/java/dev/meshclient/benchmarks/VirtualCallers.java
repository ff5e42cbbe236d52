package dev.meshclient.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** Calls of one client on virtual threads, and what they cost in each round of {@link VirtualThreads}. */
final class VirtualCallers {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final OkHttpClient http;
    private final IntFunction<String> url;
    private final LongAdder answered = new LongAdder();
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    /** Until all calls are answered. */
    final double[] millis;
    /** Nanoseconds of the process for a call. */
    final double[] cpu;
    /** Heap for a call in flight. */
    final double[] keptBytes;
    /** Events. */
    final double[] pinned;

    VirtualCallers(OkHttpClient http, IntFunction<String> url, int rounds) {
        this.http = http;
        this.url = url;
        millis = new double[rounds];
        cpu = new double[rounds];
        keptBytes = new double[rounds];
        pinned = new double[rounds];
    }

    void warmUp(int calls) throws Exception {
        await(start(calls), calls);
    }

    void answered(int calls, int round) throws Exception {
        Path file = Files.createTempFile("pinned", ".jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ZERO);
            recording.start();
            long start = System.nanoTime();
            double cpuBefore = SYSTEM.getProcessCpuTime();
            await(start(calls), calls);
            millis[round] = (System.nanoTime() - start) / 1e6;
            cpu[round] = (SYSTEM.getProcessCpuTime() - cpuBefore) / calls;
            recording.stop();
            recording.dump(file);
        }
        pinned[round] = RecordingFile.readAllEvents(file).size();
        Files.delete(file);
    }

    /** All calls are in flight while the heap is measured. */
    void held(int calls, int round, PeerServer server) throws Exception {
        double before = Jvm.usedHeap();
        server.hold(calls);
        ExecutorService callers = start(calls);
        server.awaitHeld(calls);
        keptBytes[round] = (Jvm.usedHeap() - before) / calls;
        server.release();
        await(callers, calls);
    }

    private ExecutorService start(int calls) throws ReflectiveOperationException {
        answered.reset();
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
            failure.compareAndSet(null, e);
        }
    }

    private void await(ExecutorService callers, int calls) throws IOException, InterruptedException {
        boolean ended = callers.awaitTermination(2, TimeUnit.MINUTES);
        if (!ended || answered.sum() != calls) {
            throw new IOException(
                    "%s of %d calls answered within two minutes; the first failure is the cause"
                            .formatted(answered, calls),
                    failure.get());
        }
    }
}
