package dev.meshclient.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * States the machine, the time and the commit of figures.
 *
 * @param loadBefore processes that ran or waited for a processor in the minute before the run; it should be near 0
 * @param loadAfter the same at the end, the run's own included
 */
record Machine(
        String java,
        String processor,
        int cores,
        String system,
        double loadBefore,
        double loadAfter,
        String commit,
        String started,
        Effort effort) {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    static Machine now(Effort effort) throws IOException {
        return new Machine(
                System.getProperty("java.vm.name") + " " + Runtime.version(),
                processorName(),
                Runtime.getRuntime().availableProcessors(),
                property("os.name") + " " + property("os.version") + " " + property("os.arch"),
                load(),
                Double.NaN,
                commitId(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                effort);
    }

    Machine atEnd() {
        return new Machine(java, processor, cores, system, loadBefore, load(), commit, started, effort);
    }

    String describe() {
        return String.format(
                Locale.ROOT,
                "%s; %d × %s; %s; load %.1f before and %.1f after (the run itself makes about 2); commit %s; %s; %s",
                java,
                cores,
                processor,
                system,
                loadBefore,
                loadAfter,
                commit,
                started,
                effort);
    }

    private static String property(String name) {
        return String.valueOf(System.getProperty(name));
    }

    private static double load() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return system.getSystemLoadAverage();
    }

    private static String processorName() throws IOException {
        if (!Files.exists(CPU_INFO)) {
            return "processor without a name";
        }
        for (String line : Files.readAllLines(CPU_INFO)) {
            if (line.startsWith("model name")) {
                return line.substring(line.indexOf(':') + 1).strip();
            }
        }
        return "processor without a name";
    }

    /** Of the working directory, with a {@code +} for changes that are not committed. */
    private static String commitId() {
        String commit = git("rev-parse", "--short", "HEAD");
        return commit.isEmpty()
                ? "not known"
                : commit + (git("status", "--porcelain", "--untracked-files=no").isEmpty() ? "" : "+");
    }

    private static String git(String... arguments) {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        try {
            Process git = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader out = git.inputReader()) {
                String line = out.readLine();
                return line == null ? "" : line;
            }
        } catch (IOException noGit) {
            return "";
        }
    }
}
