package dev.meshclient.realpeers;

import static org.awaitility.Awaitility.await;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Assumptions;

/** A server that runs as a process of its own, from its start until it is killed; what it prints is kept. */
final class Program implements Closeable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> ADMINISTRATORS =
            List.of("/usr/sbin", "/usr/local/sbin"); // not on everybody's PATH

    private final Process process;
    private final Path output;

    private Program(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /**
     * Where it is: {@code -Dmesh.<name>}, {@code MESH_<NAME>}, or the first on the PATH. Without one the test is skipped, and
     * fails where CI is true.
     */
    static Path find(String name) {
        String property = "mesh." + name;
        String variable = "MESH_" + name.toUpperCase(Locale.ROOT);
        String stated = System.getProperty(property, System.getenv().getOrDefault(variable, ""));
        if (!stated.isEmpty()) {
            Path path = Path.of(stated);
            Assertions.assertThat(path).as("-D%s or %s", property, variable).isExecutable();
            return path;
        }
        return Stream.concat(
                        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)),
                        ADMINISTRATORS.stream())
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseGet(() -> missing("no " + name + " here: neither -D" + property + " nor " + variable
                        + " says where, and it is not on the PATH"));
    }

    private static Path missing(String why) {
        if ("true".equals(System.getenv("CI"))) {
            Assertions.fail(why + "; with CI=true it must be there");
        }
        Assumptions.abort(why + "; not tested with it");
        throw new IllegalStateException(why);
    }

    /** One that nobody listens at just now. */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns when somebody listens at the port. */
    static Program start(Path directory, int port, List<String> command) throws IOException {
        Path output = directory.resolve("output.log");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        process.getOutputStream().close();
        Program program = new Program(process, output);
        try {
            await().pollInterval(Duration.ofMillis(20))
                    .atMost(PATIENCE)
                    .until(() -> !process.isAlive() || isListening(port));
        } catch (ConditionTimeoutException e) {
            program.close();
            throw new IOException("nobody listens at " + port + ":\n" + program.output(), e);
        }
        if (!process.isAlive()) {
            throw new IOException(command + " ended with " + process.exitValue() + ":\n" + program.output());
        }
        return program;
    }

    private static boolean isListening(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Runs to its end, which must be a good one. */
    static void run(Path directory, List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "run", ".log");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(command + " failed:\n" + Files.readString(output));
        }
    }

    /** All that it printed. */
    String output() throws IOException {
        return Files.readString(output);
    }

    /** Asks it to end, so that it ends its own children; whoever does not is killed. */
    @Override
    public void close() {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                all.forEach(ProcessHandle::destroyForcibly);
            }
        } catch (InterruptedException e) {
            all.forEach(ProcessHandle::destroyForcibly);
            Thread.currentThread().interrupt();
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }
}
