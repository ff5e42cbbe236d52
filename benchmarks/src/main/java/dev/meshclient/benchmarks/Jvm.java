package dev.meshclient.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a class of this module in a new JVM: this JDK, this class path. */
final class Jvm {
    private static final List<String> OPTIONS = List.of(
            "-Xms1g",
            "-Xmx1g",
            "-Djava.net.preferIPv4Stack=true",
            "-Djmh.ignoreLock=true",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-Dorg.slf4j.simpleLogger.log.dev.meshclient.connections=info"); // says which path runs

    private Jvm() {}

    static ProcessBuilder command(Class<?> main, String... arguments) {
        return command(List.of(), main, arguments);
    }

    static ProcessBuilder command(List<String> options, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPTIONS);
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }
}
