package dev.meshclient.spring.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.LongWait;
import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jetty.autoconfigure.actuate.web.server.JettyReactiveManagementContextAutoConfiguration;
import org.springframework.boot.jetty.autoconfigure.actuate.web.server.JettyServletManagementContextAutoConfiguration;
import org.springframework.boot.jetty.autoconfigure.reactive.JettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatReactiveManagementContextAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

class ManagementPortTest {
    /** Only one server has its management context on the class path of an application. */
    private static final String OTHER_SERVERS = Stream.of(
                    JettyServletWebServerAutoConfiguration.class,
                    JettyServletManagementContextAutoConfiguration.class,
                    JettyReactiveWebServerAutoConfiguration.class,
                    JettyReactiveManagementContextAutoConfiguration.class,
                    TomcatReactiveWebServerAutoConfiguration.class,
                    TomcatReactiveManagementContextAutoConfiguration.class)
            .map(Class::getName)
            .collect(Collectors.joining(","));

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {
        @Bean
        PolicySource policy() {
            return PolicySource.of(new InboundPolicy().document(1));
        }
    }

    private static int status(Environment environment, String port, String path) throws IOException {
        String url = "http://127.0.0.1:" + environment.getProperty(port) + path;
        try (Response response = LongWait.client()
                .build()
                .newCall(new Request.Builder().url(url).build())
                .execute()) {
            return response.code();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = WebApplicationType.class,
            names = {"SERVLET", "REACTIVE"})
    void a_management_port_of_its_own_is_not_authorized(WebApplicationType type) throws IOException {
        try (var context = new SpringApplicationBuilder(Application.class)
                .web(type)
                .run(
                        "--spring.application.name=reviews",
                        "--spring.autoconfigure.exclude=" + OTHER_SERVERS,
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--server.shutdown=immediate",
                        "--management.server.port=0",
                        "--management.server.address=127.0.0.1",
                        "--management.endpoint.health.probes.add-additional-paths=true",
                        "--mesh.snapshot.enabled=false",
                        "--mesh.server.authorization=enforce")) {
            Environment environment = context.getEnvironment();
            assertThat(status(environment, "local.management.port", "/actuator/health"))
                    .isEqualTo(200);
            assertThat(status(environment, "local.management.port", "/nothing")).isEqualTo(404);
            assertThat(status(environment, "local.server.port", "/actuator/health"))
                    .isEqualTo(403);
            assertThat(status(environment, "local.server.port", "/livez")).isEqualTo(200);
        }
    }
}
