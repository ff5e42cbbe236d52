package dev.meshclient.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The kernel's counters of each thread of this process at one time; none where the system has no {@code /proc}.
 *
 * @param self the thread that asked
 */
record ThreadCounters(String self, Map<String, Counts> threads) {
    private static final Path THREADS = Path.of("/proc/self/task");
    private static final Path THIS_THREAD = Path.of("/proc/thread-self");
    private static final String SWITCHES = "voluntary_ctxt_switches:";

    /**
     * The counters of a thread since its start.
     *
     * @param switches voluntary context switches
     * @param cpu nanoseconds; the JDK's figure for the process counts in steps of 10 ms, which is too coarse for a turn
     */
    record Counts(long switches, long cpu) {
        static final Counts NONE = new Counts(0, 0);
    }

    /**
     * The counts between two times; NaN where nothing is counted.
     *
     * @param switches of the thread that asked
     * @param switchesOfOthers of all other threads, the collector's and the compiler's too
     * @param cpuOfOthers nanoseconds
     */
    record Spent(double switches, double switchesOfOthers, double cpuOfOthers) {}

    static ThreadCounters now() throws IOException {
        if (!Files.isDirectory(THREADS)) {
            return new ThreadCounters("", Map.of());
        }
        Map<String, Counts> counts = new HashMap<>();
        try (Stream<Path> threads = Files.list(THREADS)) {
            for (Path thread : threads.toList()) {
                List<String> status = lines(thread.resolve("status"));
                List<String> ran = lines(thread.resolve("schedstat"));
                if (!status.isEmpty() && !ran.isEmpty()) {
                    counts.put(thread.getFileName().toString(), new Counts(switches(status), cpu(ran)));
                }
            }
        }
        return new ThreadCounters(
                Files.readSymbolicLink(THIS_THREAD).getFileName().toString(), counts);
    }

    /** By the threads that live now: one that has ended is not counted, one that has started since is counted as a whole. */
    Spent since(ThreadCounters before) {
        if (threads.isEmpty()) {
            return new Spent(Double.NaN, Double.NaN, Double.NaN);
        }
        double own = 0;
        double others = 0;
        double cpu = 0;
        for (Map.Entry<String, Counts> thread : threads.entrySet()) {
            Counts now = thread.getValue();
            Counts then = before.threads.getOrDefault(thread.getKey(), Counts.NONE);
            if (thread.getKey().equals(self)) {
                own = now.switches - then.switches;
            } else {
                others += now.switches - then.switches;
                cpu += now.cpu - then.cpu;
            }
        }
        return new Spent(own, others, cpu);
    }

    private static long switches(List<String> status) {
        for (String line : status) {
            if (line.startsWith(SWITCHES)) {
                return Long.parseLong(line.substring(SWITCHES.length()).strip());
            }
        }
        return 0;
    }

    /** The first of three numbers. */
    private static long cpu(List<String> schedstat) {
        return Long.parseLong(schedstat.get(0).split(" ")[0]);
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
