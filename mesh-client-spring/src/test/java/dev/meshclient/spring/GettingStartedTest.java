package dev.meshclient.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.spring.example.CheckoutApplication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** docs/spring.md, as a newcomer follows it. */
@ExtendWith(OutputCaptureExtension.class)
class GettingStartedTest {
    private static final Path PAGE = Path.of("../docs/spring.md");

    private static String call(ConfigurableApplicationContext context) throws IOException {
        String port = context.getEnvironment().getProperty("local.server.port");
        return LocalService.get(LongWait.client().build(), "http://127.0.0.1:" + port + "/checkout");
    }

    private static ConfigurableApplicationContext start(String... properties) {
        SpringApplication app = new SpringApplication(CheckoutApplication.class);
        app.setDefaultProperties(Map.of(
                "server.port", "0",
                "server.address", "127.0.0.1",
                "mesh.snapshot.enabled", "false",
                "spring.application.name", "checkout"));
        return app.run(properties);
    }

    @Test
    void with_a_service_on_this_machine(CapturedOutput output) throws IOException {
        try (LocalService orders = LocalService.answering("order 7");
                ConfigurableApplicationContext context = start("--mesh.client.services.orders.url=" + orders.url())) {
            assertThat(call(context)).startsWith("order 7\npolicy version 1, service orders");
            assertThat(output)
                    .contains("mesh started for checkout: policy version 1 from")
                    .contains("clients ordersHttp -> orders");
        }
    }

    @Test
    void with_a_registry() throws IOException {
        try (LocalService orders = LocalService.answering("order 7");
                LocalService registry = LocalService.answering(orders.policy("orders"));
                ConfigurableApplicationContext context =
                        start("--mesh.registry.url=" + registry.url() + "/mesh/policy")) {
            assertThat(call(context)).startsWith("order 7\npolicy version 7, service orders");
        }
    }

    @Test
    void its_java_is_the_application_that_runs() throws IOException {
        Matcher block = Pattern.compile("```java\\n(@SpringBootApplication.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(PAGE));
        assertThat(block.find()).isTrue();
        String source =
                Files.readString(Path.of("src/test/java/dev/meshclient/spring/example/CheckoutApplication.java"));
        assertThat(source.replaceAll("\\s+", "")).contains(block.group(1).replaceAll("\\s+", ""));
    }

    @Test
    void its_version_of_okhttp_is_that_of_the_build() throws IOException {
        assertThat(Files.readString(Path.of("../pom.xml")))
                .contains("<okhttp.version>" + version(Files.readString(PAGE)) + "</okhttp.version>");
    }

    private static String version(String page) {
        Matcher version =
                Pattern.compile("okhttp-bom</artifactId>\\s*<version>([^<]+)<").matcher(page);
        assertThat(version.find()).isTrue();
        return version.group(1);
    }
}
