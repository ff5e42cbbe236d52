package dev.meshclient.examples.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.examples.boot.orders.OrdersApplication;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.context.aot.AbstractAotProcessor.Settings;

/** As {@code spring-boot:process-aot}, and then {@code java -Dspring.aot.enabled=true}. */
class AheadOfTimeTest {
    private static final String CLASS_PATH = System.getProperty("java.class.path");

    private static final String STOCK = "Stock[item=7, left=7, version=run]";

    @TempDir
    private static Path directory;

    @Test
    void orders_processed_ahead_of_time_calls_services_that_its_build_did_not_know() throws Exception {
        Path sources = directory.resolve("sources");
        Path classes = directory.resolve("classes");
        Settings settings = Settings.builder()
                .sourceOutput(sources)
                .resourceOutput(classes)
                .classOutput(classes)
                .groupId("dev.meshclient")
                .artifactId("orders")
                .build();
        String[] atBuild = {
            "--spring.config.name=orders", "--shop.registry=http://build.invalid/policy", "--shop.identities=/build"
        };
        new SpringApplicationAotProcessor(OrdersApplication.class, settings, atBuild).process();
        compile(sources, classes);

        assertThat(run(classes))
                .isEqualTo(Map.of(
                        "inventory",
                        STOCK,
                        "suppliers",
                        "suppliers",
                        "off: inventory",
                        STOCK,
                        "off: there is a mesh",
                        "false"));
    }

    private static void compile(Path sources, Path classes) throws IOException {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        StringWriter output = new StringWriter();
        try (Stream<Path> files = Files.walk(sources);
                var manager = javac.getStandardFileManager(null, null, null)) {
            List<Path> java =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            List<String> options = List.of(
                    "-proc:none",
                    "-nowarn",
                    "-d",
                    classes.toString(),
                    "-cp",
                    classes + File.pathSeparator + CLASS_PATH);
            assertThat(javac.getTask(output, manager, null, options, null, manager.getJavaFileObjectsFromPaths(java))
                            .call())
                    .as("%s", output)
                    .isTrue();
        }
    }

    /** In a class loader of its own: the generated classes use members of their packages. */
    private static Map<String, String> run(Path classes) throws ReflectiveOperationException, IOException {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        System.setProperty("spring.aot.enabled", "true");
        try (URLClassLoader own = new URLClassLoader(urls(classes), ClassLoader.getPlatformClassLoader())) {
            Thread.currentThread().setContextClassLoader(own);
            Object run = own.loadClass(AheadOfTimeRun.class.getName())
                    .getDeclaredConstructor()
                    .newInstance();
            @SuppressWarnings("unchecked")
            Map<String, String> seen = ((Supplier<Map<String, String>>) run).get();
            return seen;
        } finally {
            System.clearProperty("spring.aot.enabled");
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static URL[] urls(Path classes) throws MalformedURLException {
        List<URL> urls = new ArrayList<>(List.of(classes.toUri().toURL()));
        for (String entry : CLASS_PATH.split(File.pathSeparator, -1)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return urls.toArray(URL[]::new);
    }
}
