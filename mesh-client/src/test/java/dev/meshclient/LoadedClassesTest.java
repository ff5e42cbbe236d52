package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.registry.PolicySource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The classes that the first call of a process loads for its mesh, in a JVM of its own: each is about 0.4 ms of CPU time. Lambdas
 * count as well, since the JVM makes a class of each.
 */
class LoadedClassesTest {
    private static final String READY = "preloaded ";
    private static final String BUILT = "built ";
    private static final String CALLED = "called ";

    // What there was on 2026-11-30, and a twentieth more.
    private static final int LAMBDAS = 248;
    private static final int CLASSES = 505;
    private static final int LEFT_BY_PRELOAD = 128;

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
                OkHttpClient client = mesh.wrap(new OkHttpClient());
                if (!mesh.awaitReady(Duration.ofMinutes(1))) {
                    throw new IllegalStateException("not ready");
                }
                Request request = new Request.Builder().url("http://orders/").build();
                try (Response response = client.newCall(request).execute()) {
                    System.out.println(CALLED + response.code());
                }
            }
            System.exit(0); // OkHttp's threads would stay
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

    /** The classes of a mesh with a policy that states little, until the end of the first call. */
    private static String log(String... more) throws Exception {
        try (MockWebServer orders = new MockWebServer()) {
            orders.enqueue(new MockResponse.Builder().build());
            orders.start();
            return log(orders.getPort(), more);
        }
    }

    private static String log(int port, String... more) throws Exception {
        Path policy = Files.writeString(
                directory.resolve("policy.json"),
                Documents.mesh("t")
                        .services(Documents.service("orders").endpoint(port))
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
        assertThat(said).contains(READY).contains(CALLED + 200);
        return said.substring(said.indexOf(READY), said.indexOf(CALLED));
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

    /** Each {@code equals} or {@code hashCode} of a record would be made of some ten method handles, each with a class. */
    @Test
    void a_start_compares_no_records_by_the_methods_that_the_JVM_makes() {
        assertThat(log).doesNotContain("java.lang.runtime.ObjectMethods ");
    }

    @Test
    void a_start_uses_no_streams_of_numbers() {
        assertThat(log)
                .doesNotContain("java.util.stream.IntPipeline ")
                .doesNotContain("java.util.stream.LongPipeline ")
                .doesNotContain("java.util.stream.DoublePipeline ");
    }

    @Test
    void a_preloaded_start_finds_nearly_all_of_them_loaded() throws Exception {
        assertThat(ofMesh(log("preload"))).hasSizeBetween(1, LEFT_BY_PRELOAD);
    }
}
