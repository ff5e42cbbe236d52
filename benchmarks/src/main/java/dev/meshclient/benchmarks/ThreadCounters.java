package dev.meshclient.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The kernel's counters of this process, those of the thread that asks apart. All are 0 where the system has no {@code /proc}.
 *
 * @param switches voluntary context switches of the thread that asks
 * @param switchesOfOthers of all other threads, the collector's and the compiler's too
 * @param cpuOfOthers nanoseconds; the JDK's figure for the process counts in steps of 10 ms, which is too coarse for a turn
 */
record ThreadCounters(long switches, long switchesOfOthers, long cpuOfOthers) {
    private static final Path THREADS = Path.of("/proc/self/task");
    private static final Path THIS_THREAD = Path.of("/proc/thread-self");
    private static final String SWITCHES = "voluntary_ctxt_switches:";

    static ThreadCounters now() throws IOException {
        if (!Files.isDirectory(THREADS)) {
            return new ThreadCounters(0, 0, 0);
        }
        Path here = Files.readSymbolicLink(THIS_THREAD).getFileName();
        long switchesOfOthers = 0;
        long cpuOfOthers = 0;
        try (Stream<Path> threads = Files.list(THREADS)) {
            for (Path thread : threads.toList()) {
                if (!thread.getFileName().equals(here)) {
                    switchesOfOthers += switches(thread);
                    cpuOfOthers += cpu(thread);
                }
            }
        }
        return new ThreadCounters(switches(THIS_THREAD), switchesOfOthers, cpuOfOthers);
    }

    private static long switches(Path thread) throws IOException {
        for (String line : lines(thread.resolve("status"))) {
            if (line.startsWith(SWITCHES)) {
                return Long.parseLong(line.substring(SWITCHES.length()).strip());
            }
        }
        return 0;
    }

    /** The first of three numbers. */
    private static long cpu(Path thread) throws IOException {
        List<String> lines = lines(thread.resolve("schedstat"));
        return lines.isEmpty() ? 0 : Long.parseLong(lines.get(0).split(" ")[0]);
    }

    /** None if the thread has ended. */
    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException ended) {
            return List.of();
        }
    }
}
