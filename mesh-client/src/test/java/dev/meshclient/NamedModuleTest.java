package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.core.Registry;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;

/** A program of named modules, in a JVM of its own: nothing of OkHttp's inside is exported to the mesh there. */
class NamedModuleTest {
    private static final String MODULE = """
            module smoke {
                requires dev.meshclient;
            }
            """;

    private static final List<Class<?>> NEEDED = List.of(
            CircuitBreakerRegistry.class,
            Registry.class,
            RateLimiterRegistry.class,
            Mesh.class,
            OkHttpClient.class,
            okio.Buffer.class,
            kotlin.Unit.class,
            ObjectMapper.class,
            JsonFactory.class,
            JsonInclude.class,
            Logger.class,
            com.nimbusds.jwt.SignedJWT.class,
            org.bouncycastle.openssl.PEMParser.class, // bcpkix
            org.bouncycastle.asn1.ASN1Object.class, // bcprov
            org.bouncycastle.asn1.cms.CMSAttributes.class, // bcutil
            io.micrometer.core.instrument.MeterRegistry.class,
            io.micrometer.common.KeyValue.class,
            io.micrometer.observation.Observation.class,
            io.opentelemetry.api.OpenTelemetry.class,
            io.opentelemetry.context.Context.class,
            io.opentelemetry.common.ComponentLoader.class,
            org.jspecify.annotations.NullMarked.class);

    private static Path home(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String modulePath(Path... more) {
        return Stream.concat(NEEDED.stream().map(NamedModuleTest::home), Stream.of(more))
                .map(Path::toString)
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Path copied(String resource, Path to) throws IOException {
        try (InputStream source = NamedModuleTest.class.getResourceAsStream(resource)) {
            return Files.write(to, source.readAllBytes());
        }
    }

    private static Path compiled(Path directory) throws IOException {
        Path sources = Files.createDirectories(directory.resolve("src"));
        Path classes = Files.createDirectories(directory.resolve("classes"));
        Path module = Files.writeString(sources.resolve("module-info.java"), MODULE);
        Path main = copied("NamedModule.java.txt", sources.resolve("Main.java"));
        Path ofUser = copied("NamedModuleOfUser.java.txt", sources.resolve("OfUser.java"));
        StringWriter said = new StringWriter();
        int result = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        new PrintWriter(said),
                        new PrintWriter(said),
                        "--release",
                        "17",
                        "--module-path",
                        modulePath(),
                        "-d",
                        classes.toString(),
                        module.toString(),
                        main.toString(),
                        ofUser.toString());
        assertThat(result).as(said.toString()).isZero();
        return classes;
    }

    private static String run(Path classes, int port, boolean exported) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.net.preferIPv4Stack=true"));
        if (exported) {
            for (String name : List.of("", ".concurrent", ".connection", ".http")) {
                command.addAll(List.of("--add-exports", "okhttp3/okhttp3.internal" + name + "=dev.meshclient"));
            }
        }
        command.addAll(
                List.of("--module-path", modulePath(classes), "--module", "smoke/smoke.Main", Integer.toString(port)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @ParameterizedTest(name = "OkHttp''s internals exported: {0}")
    @ValueSource(booleans = {false, true})
    void a_wrapped_client_works_in_a_named_module(boolean exported, @TempDir Path directory) throws Exception {
        assumeThat(home(Mesh.class).resolve("module-info.class")).exists();
        try (MockWebServer server = new MockWebServer()) {
            server.start();
            server.enqueue(new MockResponse.Builder().body("hello").build());
            server.enqueue(new MockResponse.Builder()
                    .code(302)
                    .addHeader("Location", "/there")
                    .build());
            server.enqueue(new MockResponse.Builder().body("redirected").build());
            server.enqueue(new MockResponse.Builder().body("later").build());
            server.enqueue(new MockResponse.Builder()
                    .webSocketUpgrade(new WebSocketListener() {
                        @Override
                        public void onMessage(WebSocket webSocket, String text) {
                            webSocket.send("you said " + text);
                            webSocket.close(1000, "bye");
                        }
                    })
                    .build());
            String said = run(compiled(directory), server.getPort(), exported);
            assertThat(said.lines().filter(line -> line.startsWith("user ")).findFirst())
                    .hasValueSatisfying(line -> assertThat(line)
                            .contains(
                                    "rejected no certificate in this test",
                                    "applied version 2",
                                    "ended 200",
                                    "identity closed"));
            assertThat(server.takeRequest().getHeaders().get("x-of-user")).isEqualTo("orders");
            assertThat(said.lines())
                    .contains(
                            "module dev.meshclient",
                            "older metadata.version",
                            "in force version 2 from own",
                            "get hello",
                            "path " + (exported ? "direct" : "public"),
                            "redirect redirected http://orders/there",
                            "enqueue later",
                            "heard callStart connectStart responseBodyEnd callEnd",
                            "socket you said hello",
                            "test kit faked",
                            "refused NoRoute")
                    .endsWith("done");
        }
    }
}
