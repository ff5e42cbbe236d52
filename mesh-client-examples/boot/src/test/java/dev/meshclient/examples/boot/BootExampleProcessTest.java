package dev.meshclient.examples.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example as a process of its own. */
class BootExampleProcessTest {
    private static final Duration WAIT = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    private @Nullable Process started;

    private Process start(int port) throws IOException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + directory,
                        "-Dshop.port=" + port,
                        "-cp",
                        System.getProperty("java.class.path"),
                        BootExample.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(log().toFile())
                .start();
        started = process;
        return process;
    }

    private Path log() {
        return directory.resolve("log");
    }

    @AfterEach
    void end() {
        if (started != null) {
            started.destroyForcibly();
        }
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(WAIT.toSeconds(), TimeUnit.SECONDS))
                .as("it ended")
                .isTrue();
        return process.exitValue();
    }

    private void hasNoPrivateKey() {
        File[] left = directory.toFile().listFiles((in, name) -> name.startsWith("mesh-boot-example"));
        assertThat(left).isEmpty();
    }

    @Test
    void it_fails_and_ends_if_its_port_is_taken() throws IOException, InterruptedException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(exitCode(start(taken.getLocalPort()))).isOne();
            assertThat(Files.readString(log())).contains("Port " + taken.getLocalPort() + " was already in use");
        }
        hasNoPrivateKey();
    }

    @Test
    void the_log_names_each_service_and_the_end_of_the_process_removes_the_private_keys()
            throws IOException, InterruptedException {
        Process process = start(0);
        await().atMost(WAIT).until(() -> Files.readString(log()).contains("Ctrl-C ends it."));
        process.destroy(); // as Ctrl-C: the hooks of the shutdown run
        assertThat(exitCode(process)).isNotZero();
        hasNoPrivateKey();

        String log = Files.readString(log());
        assertThat(log)
                .doesNotContain("[inventory]")
                .containsPattern("\\[ *orders\\] .*: Started ")
                .containsPattern("\\[ *inventory-v1\\] .*: Started ")
                .containsPattern("\\[ *inventory-v2\\] .*: Started ");
    }
}
