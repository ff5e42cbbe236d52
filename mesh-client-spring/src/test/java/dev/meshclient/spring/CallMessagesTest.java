package dev.meshclient.spring;

import static dev.meshclient.spring.LongWait.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.Mesh;
import dev.meshclient.MeshFailure;
import dev.meshclient.MeshStatus;
import dev.meshclient.registry.PolicySource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import mockwebserver3.MockResponse;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Failures whose remedy is a setting of the mesh: they name the property, which exists. */
class CallMessagesTest {
    private static final String POLICY = """
            {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": 7},
             "trustDomain": "shop.example",
             "services": {
               "billing": {"hosts": ["billing"], "credentials": {"token": "billing"}, "tls": {"mode": "SIMPLE", "sni": "billing"},
                 "endpoints": [{"address": "127.0.0.1", "port": 9}]},
               "bank": {"hosts": ["bank"], "tls": {"mode": "MUTUAL", "credentialName": "bank", "sni": "bank"},
                 "endpoints": [{"address": "127.0.0.1", "port": 9}]},
               "orders": {"hosts": ["orders"], "tls": {"mode": "MESH_MUTUAL"},
                 "endpoints": [{"address": "127.0.0.1", "port": 9}]}}}
            """;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(MeshAutoConfiguration.class, MeshClientAutoConfiguration.class))
            .withPropertyValues("mesh.snapshot.enabled=false");

    @ParameterizedTest
    @CsvSource({
        "billing, mesh.tokens.billing.file",
        "bank, mesh.certificates.bank.directory",
        "orders, mesh.identity.directory",
        "claimed, mesh.claims",
    })
    void the_failure_of_a_call_names_the_property_to_state(String host, String property) {
        runner.withPropertyValues("mesh.claims=claimed")
                .withBean(PolicySource.class, () -> PolicySource.of(POLICY))
                .run(context -> {
                    Mesh mesh = context.getBean(Mesh.class);
                    assertThat(mesh.awaitReady(Duration.ofMinutes(2))).isTrue();
                    OkHttpClient client = mesh.wrap(new OkHttpClient());
                    Request request =
                            new Request.Builder().url("http://" + host + "/").build();
                    Throwable failure = catchThrowable(
                            () -> client.newCall(request).execute().close());
                    assertThat(failure).isInstanceOf(MeshFailure.class);
                    List<String> named = Pattern.compile("mesh[.][a-z.-]*[a-z]")
                            .matcher(String.valueOf(failure.getMessage()))
                            .results()
                            .map(MatchResult::group)
                            .toList();
                    assertThat(named).contains(property).allSatisfy(CallMessagesTest::assertKnown);
                });
    }

    @Test
    void problems_of_a_running_mesh_name_the_property_to_state(@TempDir Path empty) {
        try (LocalService registry = LocalService.answering(
                request -> new MockResponse.Builder().code(401).build())) {
            runner.withPropertyValues("mesh.registry.url=" + registry.url(), "mesh.identity.directory=" + empty)
                    .run(context -> {
                        Mesh mesh = context.getBean(Mesh.class);
                        await().untilAsserted(() -> assertThat(problems(mesh))
                                .contains("bearerToken(file), in Spring Boot mesh.registry.bearer-token-file")
                                .contains("withFiles(...), in Spring Boot by certificate and private-key"));
                    });
        }
        assertKnown("mesh.registry.bearer-token-file");
        assertKnown("mesh.identity.private-key");
    }

    private static String problems(Mesh mesh) {
        MeshStatus status = mesh.status();
        MeshStatus.Problem registry = status.lastProblem();
        MeshStatus.Identity identity = status.identities().get("");
        return (registry == null ? "" : registry.message()) + "\n" + (identity == null ? "" : identity.problem());
    }

    private static void assertKnown(String property) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("stated", Map.of(property, "x")));
        new KnownProperties(environment).postProcessBeanFactory(new DefaultListableBeanFactory());
    }
}
