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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** A server that runs as a process of its own, from its start until it is killed; what it prints is kept. */
final class Program implements Closeable {
    private static final List<String> ADMINISTRATORS = List.of("/usr/sbin", "/usr/local/sbin"); // often not on the PATH

    private static final int TRIES = 3;
    /** Below those that the system gives to clients; other runs on this machine begin with others. */
    private static final int FIRST_PORT = 10_000;

    private static final int PORTS = 10_000;
    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() % 500) * 20);

    private final Process process;
    private final Reserved port;
    private final Path output;

    private Program(Process process, Reserved port, Path output) {
        this.process = process;
        this.port = port;
        this.output = output;
    }

    /**
     * A port for one server only: other tests hold another socket meanwhile. Envoys share a port that two of them listen at, so
     * that it was free is not enough.
     */
    private record Reserved(int number, ServerSocket held) implements Closeable {
        @Override
        public void close() throws IOException {
            held.close();
        }
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

    /** What a server reads, for the port that it is to listen at. */
    interface Configuration {
        void write(int port) throws IOException;
    }

    /** Returns when it listens, at a port that was free; at another one if a process took that meanwhile. */
    static Program start(Path directory, Configuration configuration, List<String> command) throws IOException {
        for (int tries = 1; ; tries++) {
            Reserved port = freePort();
            try {
                configuration.write(port.number());
                return start(directory, port, command);
            } catch (IOException e) {
                port.close();
                if (tries == TRIES) {
                    throw e;
                }
            }
        }
    }

    /** A port at which no server listens just now, and that no other test on this machine takes. */
    private static Reserved freePort() throws IOException {
        while (true) {
            int port = FIRST_PORT + NEXT.getAndIncrement() % PORTS;
            ServerSocket held = listen(port + PORTS);
            if (held == null) {
                continue;
            }
            ServerSocket socket = listen(port);
            if (socket != null) {
                socket.close();
                return new Reserved(port, held);
            }
            held.close();
        }
    }

    /** Null: the port is taken. */
    private static @Nullable ServerSocket listen(int port) {
        try {
            return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        } catch (IOException taken) {
            return null;
        }
    }

    private static Program start(Path directory, Reserved port, List<String> command) throws IOException {
        Path output = directory.resolve("output.log");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        process.getOutputStream().close();
        Program program = new Program(process, port, output);
        try {
            await().pollInterval(Duration.ofMillis(20)).until(() -> !process.isAlive() || isListening(port.number()));
        } catch (ConditionTimeoutException e) {
            program.close();
            throw new IOException("no server listens at " + port.number() + ":\n" + program.output(), e);
        }
        if (!process.isAlive()) {
            throw new IOException(command + " ended with " + process.exitValue() + ":\n" + program.output());
        }
        return program;
    }

    int port() {
        return port.number();
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
        if (process.waitFor() != 0) {
            throw new IOException(command + " failed:\n" + Files.readString(output));
        }
    }

    /** All that it printed. */
    String output() throws IOException {
        return Files.readString(output);
    }

    /** Asks it to end, so that it ends its own children; a process that does not end is killed. */
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
        try {
            port.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
