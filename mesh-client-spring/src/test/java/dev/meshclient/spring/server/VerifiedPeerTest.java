package dev.meshclient.spring.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jetty.autoconfigure.reactive.JettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Servers with the bundle of the mesh, and with another one where the mesh has no identity. {@link InboundContract} has both. */
@ExtendWith(OutputCaptureExtension.class)
class VerifiedPeerTest {
    private static final ServerCertificates MESH = new ServerCertificates();
    private static final ServerCertificates FOREIGN = new ServerCertificates();

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @RestController
    static class Reviews {
        @Bean
        PolicySource policy() {
            return PolicySource.of(new InboundPolicy().document(1));
        }

        @Bean
        SslBundleRegistrar other() {
            return registry -> registry.registerBundle("other", MESH.server());
        }

        @GetMapping("/api/name")
        String name() {
            return "reviews";
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithIdentity {
        @Bean
        WorkloadIdentity identity() {
            return MESH.identity();
        }
    }

    private static ConfigurableApplicationContext start(WebApplicationType type, String bundle, Class<?>... others) {
        String excluded = Stream.of(
                        JettyServletWebServerAutoConfiguration.class,
                        JettyReactiveWebServerAutoConfiguration.class,
                        TomcatReactiveWebServerAutoConfiguration.class)
                .map(Class::getName)
                .collect(Collectors.joining(","));
        return new SpringApplicationBuilder(Reviews.class)
                .sources(others)
                .web(type)
                .run(
                        "--spring.autoconfigure.exclude=" + excluded,
                        "--spring.application.name=reviews",
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--server.ssl.bundle=" + bundle,
                        "--server.ssl.client-auth=need",
                        "--server.shutdown=immediate",
                        "--mesh.snapshot.enabled=false",
                        "--mesh.server.authorization=enforce");
    }

    private static int status(ConfigurableApplicationContext server, OkHttpClient client) throws IOException {
        Request request = new Request.Builder()
                .url("https://127.0.0.1:" + server.getEnvironment().getProperty("local.server.port") + "/api/name")
                .build();
        try (Response response = client.newCall(request).execute()) {
            return response.code();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void with_the_bundle_of_the_mesh_its_members_are_known_and_others_are_refused_in_the_handshake(
            WebApplicationType type, CapturedOutput output) throws IOException {
        try (ConfigurableApplicationContext server = start(type, "mesh", WithIdentity.class)) {
            for (OkHttpClient member :
                    List.of(MESH.client(InboundPolicy.STOREFRONT), MESH.client(InboundPolicy.STOREFRONT))) {
                assertThat(status(server, member)).isEqualTo(200);
            }
            assertThat(status(server, MESH.client(InboundPolicy.OTHER))).isEqualTo(403);
            assertThatThrownBy(() -> status(server, FOREIGN.clientOf(MESH, InboundPolicy.STOREFRONT)))
                    .isInstanceOf(IOException.class);
        }
        assertThat(output).doesNotContain("a peer is unknown");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void without_an_identity_in_the_mesh_no_peer_is_known_and_the_log_says_what_to_state(
            WebApplicationType type, CapturedOutput output) throws IOException {
        try (ConfigurableApplicationContext server = start(type, "other")) {
            assertThat(status(server, MESH.client(InboundPolicy.STOREFRONT))).isEqualTo(403);
            assertThat(status(server, MESH.client(InboundPolicy.STOREFRONT))).isEqualTo(403);
        }
        assertThat(output)
                .containsOnlyOnce("a peer is unknown, since the mesh does not trust its certificate: it states '"
                        + InboundPolicy.STOREFRONT + "', and this mesh has no identity")
                .contains("mesh.identity.ssl-bundle with the name of the bundle that the server uses");
    }
}
