package dev.meshclient.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a class of this module in a new JVM of this JDK, and measures the heap of this one. */
final class Jvm {
    /** A heap whose size does not change. */
    static final List<String> HEAP_1G = List.of("-Xms1g", "-Xmx1g");

    private static final List<String> OPTIONS = List.of(
            "-Djava.net.preferIPv4Stack=true",
            "-Djmh.ignoreLock=true",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    private static final int COLLECTIONS = 4;

    private Jvm() {}

    /** With the class path of this JVM. */
    static ProcessBuilder command(List<String> options, Class<?> main, String... arguments) {
        return command(options, System.getProperty("java.class.path"), main, arguments);
    }

    static ProcessBuilder command(List<String> options, String classPath, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPTIONS);
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    /** Bytes of the heap that are in use after collections: the fewest, since references are cleared by one and freed by the next. */
    static long usedHeap() {
        Runtime runtime = Runtime.getRuntime();
        long used = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            used = Math.min(used, runtime.totalMemory() - runtime.freeMemory());
        }
        return used;
    }
}
