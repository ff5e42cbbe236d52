package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.registry.PolicySource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The classes of the mesh that a start loads, in a JVM of its own: each is about 0.1 ms of CPU time. Lambdas count as well, since
 * the JVM makes a class of each.
 */
class LoadedClassesTest {
    private static final String READY = "preloaded ";
    private static final String BUILT = "built ";

    // What there was on 2026-11-30, and a tenth more.
    private static final int LAMBDAS = 338;
    private static final int CLASSES = 470;
    private static final int LEFT_BY_PRELOAD = 75;

    /** Prints what {@link Mesh#preload} leaves to the mesh. */
    static final class Start {
        private Start() {}

        public static void main(String[] args) throws Exception {
            if (args.length > 1) {
                Mesh.preload();
            }
            System.out.println(READY);
            try (Mesh mesh = Mesh.builder()
                    .workload(Workload.of("checkout"))
                    .claim("orders")
                    .policy(PolicySource.file(Path.of(args[0])))
                    .snapshotDirectory(null)
                    .build()) {
                System.out.println(BUILT);
                mesh.wrap(new OkHttpClient());
                if (!mesh.awaitReady(Duration.ofMinutes(1))) {
                    throw new IllegalStateException("not ready");
                }
            }
        }
    }

    @TempDir
    private static Path directory;

    private static String log;
    private static List<String> started;

    @BeforeAll
    static void start() throws Exception {
        log = log();
        started = ofMesh(log);
    }

    /** The classes of a mesh with a policy that states little, without a call. */
    private static String log(String... more) throws Exception {
        Path policy = Files.writeString(
                directory.resolve("policy.json"),
                Documents.mesh("t")
                        .services(Documents.service("orders").endpoint(80))
                        .json());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xlog:class+load:stdout:none",
                "-cp",
                System.getProperty("java.class.path"),
                Start.class.getName(),
                policy.toString()));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains(READY);
        return said.substring(said.indexOf(READY));
    }

    private static List<String> ofMesh(String said) {
        return said.lines()
                .filter(line -> line.startsWith("dev.meshclient.") && !line.contains("Test$"))
                .map(line -> line.split(" ", 2)[0])
                .toList();
    }

    private static boolean isLambda(String name) {
        return name.contains("$$Lambda");
    }

    @Test
    void a_start_loads_few_lambdas() {
        assertThat(started.stream().filter(LoadedClassesTest::isLambda).toList())
                .hasSizeBetween(50, LAMBDAS);
    }

    @Test
    void a_start_loads_few_classes() {
        assertThat(started.stream().filter(name -> !isLambda(name)).toList()).hasSizeBetween(50, CLASSES);
    }

    @Test
    void a_build_makes_no_client_which_would_read_the_authorities_of_the_jvm() {
        assertThat(log.substring(0, log.indexOf(BUILT)))
                .contains("dev.meshclient.internal.okhttp.Engine ")
                .doesNotContain("okhttp3.OkHttpClient$Builder ");
    }

    @Test
    void a_preloaded_start_finds_nearly_all_of_them_loaded() throws Exception {
        assertThat(ofMesh(log("preload"))).hasSizeBetween(1, LEFT_BY_PRELOAD);
    }
}
