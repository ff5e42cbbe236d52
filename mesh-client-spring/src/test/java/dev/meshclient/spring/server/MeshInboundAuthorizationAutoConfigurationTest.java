package dev.meshclient.spring.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Mesh;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.policy.json.PolicyCodec;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.InboundAuthorization;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import dev.meshclient.spring.actuate.MeshHealthAutoConfiguration;
import dev.meshclient.spring.server.MeshServerProperties.AuthorizationMode;
import dev.meshclient.telemetry.MeshEvent;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

@ExtendWith(OutputCaptureExtension.class)
class MeshInboundAuthorizationAutoConfigurationTest {
    private static final String ENFORCE = "mesh.server.authorization=enforce";
    private static final String OPEN = "the policy has authorization for the service 'reviews', but"
            + " mesh.server.authorization is off: no inbound request is checked";
    private static final String UNLISTED = "mesh.server.authorization=enforce, but the policy does not list the service"
            + " 'unlisted' (mesh.service): all inbound requests are refused with 503";
    private static final AutoConfigurations AUTO = AutoConfigurations.of(
            MeshAutoConfiguration.class,
            MeshClientAutoConfiguration.class,
            MeshSecurityAutoConfiguration.class,
            MeshInboundAuthorizationAutoConfiguration.class,
            MeshHealthAutoConfiguration.class);

    private final Registry registry = new Registry();
    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
            .withConfiguration(AUTO)
            .withClassLoader(new FilteredClassLoader("org.springframework.security.web.access.intercept"))
            .withBean(PolicySource.class, () -> registry)
            .withPropertyValues("mesh.snapshot.enabled=false", "spring.application.name=reviews");

    /** Delivers policies. */
    private static final class Registry implements PolicySource {
        private volatile @Nullable Sink sink;

        @Override
        public Closeable watch(Sink sink) {
            this.sink = sink;
            deliver(new InboundPolicy().document(1));
            return () -> {};
        }

        void deliver(String policy) {
            try {
                requireNonNull(sink).deliver(PolicyCodec.readStrict(policy.getBytes(StandardCharsets.UTF_8)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static String services(int version, String services) {
        return """
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": %d},
                 "services": {%s}}
                """.formatted(version, services);
    }

    private static Health health(ApplicationContext context) throws IOException {
        assertThat(context.getBean(Mesh.class).awaitReady(Duration.ofMinutes(2)))
                .isTrue();
        return requireNonNull(
                context.getBean("meshHealthIndicator", HealthIndicator.class).health());
    }

    @Test
    void a_policy_with_authorization_that_has_no_effect_is_a_warning(CapturedOutput output) {
        runner.run(context -> {
            assertThat(health(context).getDetails()).containsEntry("inbound", OPEN);
            assertThat(context.getBean(InboundAuthorization.class).mode()).isEqualTo("off");
        });
        assertThat(output).containsOnlyOnce(OPEN);
    }

    @Test
    void where_the_mode_fits_the_policy_there_is_no_warning(CapturedOutput output) {
        runner.withPropertyValues(ENFORCE)
                .run(context -> assertThat(health(context).getDetails()).doesNotContainKey("inbound"));
        runner.withPropertyValues("spring.application.name=orders")
                .run(context -> assertThat(health(context).getDetails()).doesNotContainKey("inbound"));
        runner.withClassLoader(getClass().getClassLoader()) // with Spring Security
                .run(context -> assertThat(health(context).getDetails()).doesNotContainKey("inbound"));
        runner.withPropertyValues("mesh.enabled=false", "mesh.server.enabled=false")
                .run(context -> assertThat(
                                context.getBean(InboundAuthorization.class).mode())
                        .isEqualTo("off"));
        runner.withPropertyValues(ENFORCE, "mesh.server.enabled=false", "spring.application.name=unlisted")
                .run(context -> {
                    InboundAuthorization inbound = context.getBean(InboundAuthorization.class);
                    assertThat(inbound.mode()).isEqualTo("off");
                    assertThat(health(context).getDetails()).doesNotContainKey("inbound");
                });
        new ApplicationContextRunner()
                .withConfiguration(AUTO)
                .withBean(PolicySource.class, () -> registry)
                .withPropertyValues("mesh.snapshot.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(InboundAuthorization.class));
        assertThat(output).doesNotContain("WARN dev.meshclient.spring.server");
    }

    @Test
    void enforce_without_a_policy_for_this_service_is_one_warning_for_each_change(CapturedOutput output) {
        runner.withPropertyValues(ENFORCE, "spring.application.name=unlisted").run(context -> {
            Health health = health(context);
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails()).containsEntry("inbound", UNLISTED);
            assertThat(output).containsOnlyOnce(UNLISTED);

            registry.deliver(services(2, ""));
            registry.deliver(services(3, """
                    "unlisted": {"hosts": ["unlisted"], "authorization": []}"""));
            InboundAuthorization inbound = context.getBean(InboundAuthorization.class);
            assertThat(inbound.problem(context.getBean(Mesh.class).status())).isNull();
            assertThat(output).containsOnlyOnce(UNLISTED);
        });
    }

    @Test
    void enforce_with_client_certificates_and_without_an_identity_is_a_warning(CapturedOutput output) {
        String problem = "mesh.server.authorization=enforce, but this process has no identity";
        WebApplicationContextRunner asking = runner.withPropertyValues(ENFORCE, "server.ssl.client-auth=WANT");
        asking.run(
                context -> assertThat(health(context).getDetails().get("inbound"))
                        .asString()
                        .startsWith(problem)
                        .endsWith(
                                "State mesh.identity.directory, or mesh.identity.ssl-bundle with the name in server.ssl.bundle"));
        assertThat(output).containsOnlyOnce(problem);
        asking.withBean(WorkloadIdentity.class, new ServerCertificates()::identity)
                .run(context -> assertThat(health(context).getDetails()).doesNotContainKey("inbound"));
        assertThat(output).containsOnlyOnce(problem);
    }

    /** The identity arrives once the start waits for it. */
    @ParameterizedTest
    @ValueSource(strings = {"enforce", "permissive"})
    void the_server_does_not_start_before_the_identity_that_verifies_its_clients(String mode) {
        Thread starting = Thread.currentThread();
        WorkloadIdentity late = new ServerCertificates().identity();
        runner.withPropertyValues(
                        "mesh.server.authorization=" + mode,
                        "server.ssl.client-auth=need",
                        "mesh.initial-fetch-timeout=2m")
                .withBean(WorkloadIdentity.class, () -> sink -> {
                    Thread reading = new Thread(() -> {
                        while (starting.isAlive() && !isAwaiting(starting)) {
                            Thread.onSpinWait();
                        }
                        late.watch(sink);
                    });
                    reading.setDaemon(true);
                    reading.start();
                    return () -> {};
                })
                .run(context -> assertThat(idOf(context)).isEqualTo("spiffe://shop.example/reviews"));
    }

    private static boolean isAwaiting(Thread thread) {
        return thread.getState() == Thread.State.TIMED_WAITING
                && Stream.of(thread.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(AwaitedIdentity.class.getName()));
    }

    private static String idOf(ApplicationContext context) {
        return requireNonNull(context.getBean(Mesh.class).status().identities().get(""))
                .id();
    }

    @Test
    void without_an_identity_the_server_starts_after_the_timeout_and_warns(CapturedOutput output) {
        String warning = "the server starts without the identity of this process, which is not there after 60 ms";
        WebApplicationContextRunner without = runner.withPropertyValues("mesh.initial-fetch-timeout=60ms")
                .withBean(WorkloadIdentity.class, () -> sink -> () -> {});
        without.withPropertyValues(ENFORCE).run(context -> assertThat(context).hasNotFailed());
        without.withPropertyValues("server.ssl.client-auth=need")
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(output).doesNotContain(warning);
        without.withPropertyValues(ENFORCE, "server.ssl.client-auth=need")
                .run(context -> assertThat(idOf(context)).isEmpty());
        assertThat(output).containsOnlyOnce(warning);
    }

    @Test
    void no_status_is_built_where_no_problem_is_possible() {
        Supplier<@Nullable Mesh> never = () -> {
            throw new AssertionError("the status is not needed");
        };
        for (AuthorizationMode mode : AuthorizationMode.values()) {
            InboundAuthorizationCheck check = new InboundAuthorizationCheck(
                    never,
                    new MeshServerProperties(true, mode, null, MeshServerProperties.TrustedRequests.NONE),
                    true,
                    true);
            if (mode == AuthorizationMode.ENFORCE) {
                assertThatThrownBy(check::afterSingletonsInstantiated).isInstanceOf(AssertionError.class);
            } else {
                check.afterSingletonsInstantiated();
                check.on((MeshEvent.PolicyApplied) () -> "1");
            }
        }
    }
}
