package dev.meshclient.spring.ssl;

import static dev.meshclient.spring.LongWait.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.spring.ssl.TestAuthority.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
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
import org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatServletManagementContextAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** A management server with {@code management.server.ssl.bundle=mesh}, on a port of its own. */
class ManagementTlsTest {
    private static final Duration WAIT = Duration.ofMinutes(2);
    private static final String HEALTH = "/actuator/health";
    private static final String ORDERS = "spiffe://shop.example/orders";
    private static final String CHECKOUT = "spiffe://shop.example/checkout";
    private static final String BANK = "spiffe://bank.example/teller";

    @TempDir
    Path mount;

    @TempDir
    Path other;

    private TestAuthority oldRoot;
    private TestAuthority newRoot;
    private TestAuthority bank;

    @BeforeEach
    void authorities() throws Exception {
        oldRoot = TestAuthority.root("old");
        newRoot = TestAuthority.root("new");
        bank = TestAuthority.root("bank");
    }

    /** Only one server has its management context on the class path of an application. */
    private enum Server {
        TOMCAT(WebApplicationType.SERVLET),
        JETTY(WebApplicationType.SERVLET),
        NETTY(WebApplicationType.REACTIVE);

        private final WebApplicationType type;

        Server(WebApplicationType type) {
            this.type = type;
        }

        private String others() {
            return Stream.of(
                            TomcatServletWebServerAutoConfiguration.class,
                            TomcatServletManagementContextAutoConfiguration.class,
                            TomcatReactiveWebServerAutoConfiguration.class,
                            TomcatReactiveManagementContextAutoConfiguration.class,
                            JettyServletWebServerAutoConfiguration.class,
                            JettyServletManagementContextAutoConfiguration.class,
                            JettyReactiveWebServerAutoConfiguration.class,
                            JettyReactiveManagementContextAutoConfiguration.class)
                    .map(Class::getName)
                    .filter(name -> !name.contains(".boot." + name().toLowerCase(Locale.ROOT) + "."))
                    .collect(Collectors.joining(","));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    private ConfigurableApplicationContext start(Server server) throws IOException {
        Path federated = other.resolve("bank.pem");
        Files.writeString(federated, TestAuthority.pem(TestAuthority.certificates(bank)));
        return new SpringApplicationBuilder(Application.class)
                .web(server.type)
                .run(
                        "--spring.autoconfigure.exclude=" + server.others(),
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--server.shutdown=immediate",
                        "--management.server.port=0",
                        "--management.server.address=127.0.0.1",
                        "--management.server.ssl.bundle=mesh",
                        "--management.server.ssl.client-auth=need",
                        "--mesh.enabled=false",
                        "--mesh.identity.directory=" + mount,
                        "--mesh.identity.federated[bank.example]=" + federated,
                        "--mesh.initial-fetch-timeout=2m");
    }

    private static void admits(int port, Issued client, TestAuthority... trusted) throws Exception {
        assertThat(new TestClient(port, client, trusted).call(HEALTH).body()).contains("\"status\":\"UP\"");
    }

    private static void refuses(int port, @Nullable Issued client, TestAuthority... trusted) {
        assertThatThrownBy(() -> new TestClient(port, client, trusted).call(HEALTH))
                .isInstanceOf(IOException.class)
                .message()
                .doesNotContain("status");
    }

    @ParameterizedTest
    @EnumSource
    void it_verifies_peers_as_the_server_of_the_application_does_also_after_a_rotation(Server server) throws Exception {
        Issued next = newRoot.svid(ORDERS);
        TestAuthority[] roots = {oldRoot, newRoot};
        TestAuthority.mount(mount, oldRoot.svid(ORDERS), oldRoot);
        try (ConfigurableApplicationContext context = start(server)) {
            int port = context.getEnvironment().getRequiredProperty("local.management.port", Integer.class);
            TestClient caller = new TestClient(port, oldRoot.svid(CHECKOUT), roots);
            assertThat(caller.call(HEALTH).body()).contains("\"status\":\"UP\"");
            admits(port, bank.svid(BANK), roots);
            refuses(port, bank.svid(CHECKOUT), roots);
            refuses(port, oldRoot.svid(BANK), roots);
            refuses(port, newRoot.svid(CHECKOUT), roots);
            refuses(port, null, roots);

            TestAuthority.mount(mount, next, oldRoot, newRoot);
            await().atMost(WAIT)
                    .until(() -> caller.callOnNewConnection(HEALTH).serial()
                            == next.leaf().getSerialNumber().longValueExact());
            admits(port, newRoot.svid(CHECKOUT), roots);
            admits(port, bank.svid(BANK), roots);
            refuses(port, newRoot.svid(BANK), roots);
            refuses(port, null, roots);
        }
    }
}
