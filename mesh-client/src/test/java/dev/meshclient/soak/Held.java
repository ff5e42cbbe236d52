package dev.meshclient.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The memory, threads and sockets that this process holds.
 *
 * @param heapKb the heap in use after garbage collections
 * @param threads all threads but those of callers, peers and the registry, and those of a pool that wait for work
 * @param sockets the open sockets of both sides; 0 where the system has no {@code /proc}
 */
record Held(long heapKb, long threads, long sockets) {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    static Held now() throws IOException {
        return new Held(heapNow(), threadsNow(), socketsNow());
    }

    private static long heapNow() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least >> 10;
    }

    static long threadsNow() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(of -> !of.getKey().getName().startsWith("soak") && !isSpare(of))
                .count();
    }

    private static boolean isSpare(Map.Entry<Thread, StackTraceElement[]> of) {
        return Stream.of(of.getValue())
                .anyMatch(frame -> frame.getClassName().endsWith("ThreadPoolExecutor")
                        && frame.getMethodName().equals("getTask"));
    }

    static long socketsNow() throws IOException {
        if (!Files.isDirectory(DESCRIPTORS)) {
            return 0;
        }
        try (Stream<Path> open = Files.list(DESCRIPTORS)) {
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
}
