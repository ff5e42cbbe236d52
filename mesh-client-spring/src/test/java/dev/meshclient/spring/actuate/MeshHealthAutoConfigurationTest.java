package dev.meshclient.spring.actuate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Mesh;
import dev.meshclient.MeshStatus;
import dev.meshclient.policy.json.PolicyCodec;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

class MeshHealthAutoConfigurationTest {
    private static final String POLICY = """
            {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": 7}, "services": {}}
            """;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MeshAutoConfiguration.class, MeshClientAutoConfiguration.class, MeshHealthAutoConfiguration.class))
            .withPropertyValues("mesh.snapshot.enabled=false");

    /** Delivers a policy, and lets the test report problems. */
    private static final class Registry implements PolicySource {
        private volatile @Nullable Sink sink;

        @Override
        public Closeable watch(Sink sink) {
            this.sink = sink;
            return () -> {};
        }

        void deliver() throws IOException {
            requireNonNull(sink).deliver(PolicyCodec.readStrict(POLICY.getBytes(StandardCharsets.UTF_8)));
        }

        void failed(String problem) {
            requireNonNull(sink).failed(new IOException(problem));
        }
    }

    private static Health health(ApplicationContext context) {
        return requireNonNull(
                context.getBean("meshHealthIndicator", HealthIndicator.class).health());
    }

    @Test
    void it_is_down_before_the_first_policy_and_up_with_one_that_its_source_cannot_confirm() {
        Registry registry = new Registry();
        runner.withBean(PolicySource.class, () -> registry).run(context -> {
            assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);
            assertThat(health(context).getDetails().get("reason")).asString().startsWith("no policy yet from ");

            registry.deliver();
            assertThat(context.getBean(Mesh.class).awaitReady(Duration.ofMinutes(2)))
                    .isTrue();
            assertThat(health(context))
                    .isEqualTo(Health.up()
                            .withDetail("revision", "version 7")
                            .withDetail("freshness", "live")
                            .withDetail("stale", false)
                            .build());

            registry.failed("https://user:s3cret@registry/policy does not answer");
            assertThat(health(context))
                    .isEqualTo(Health.up()
                            .withDetail("revision", "version 7")
                            .withDetail("freshness", "live")
                            .withDetail("stale", true)
                            .withDetail("problem", "https://******@registry/policy does not answer")
                            .build());
        });
    }

    private record Identity(String id, @Nullable Duration expiresIn, String problem) implements MeshStatus.Identity {
        @Override
        public String source() {
            return "/etc/certs";
        }

        @Override
        public @Nullable Duration age() {
            return null;
        }
    }

    @Test
    void an_identity_is_a_fault_without_a_valid_certificate() {
        assertThat(MeshHealthIndicator.fault(null)).isNull();
        assertThat(MeshHealthIndicator.fault(new Identity("spiffe://a/b", Duration.ofHours(1), "")))
                .isNull();
        assertThat(MeshHealthIndicator.fault(new Identity("", null, "")))
                .isEqualTo("no certificate yet from /etc/certs");
        assertThat(MeshHealthIndicator.fault(new Identity("", null, "tls.key is missing")))
                .isEqualTo("no certificate yet from /etc/certs: tls.key is missing");
        assertThat(MeshHealthIndicator.fault(new Identity("spiffe://a/b", Duration.ofMillis(-1), "")))
                .isEqualTo("the certificate of spiffe://a/b has expired");
    }

    @Test
    void it_is_down_without_the_certificate_of_the_workload() {
        runner.withBean(PolicySource.class, () -> PolicySource.of(POLICY))
                .withPropertyValues("mesh.identity.directory=/does/not/exist")
                .run(context -> {
                    assertThat(context.getBean(Mesh.class).awaitReady(Duration.ZERO))
                            .isFalse();
                    assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);
                });
    }

    @Test
    void it_is_up_if_the_mesh_is_off() {
        runner.withPropertyValues("mesh.enabled=false").run(context -> assertThat(health(context))
                .isEqualTo(Health.up().withDetail("enabled", false).build()));
    }

    @Test
    void a_property_removes_it() {
        runner.withPropertyValues("mesh.enabled=false", "management.health.mesh.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(HealthIndicator.class));
    }

    @Test
    void a_bean_of_the_application_replaces_it() {
        HealthIndicator own = () -> Health.unknown().build();
        runner.withPropertyValues("mesh.enabled=false")
                .withBean("meshHealthIndicator", HealthIndicator.class, () -> own)
                .run(context ->
                        assertThat(context).getBean(HealthIndicator.class).isSameAs(own));
    }

    @Test
    void there_is_none_without_the_jar_of_health() {
        runner.withPropertyValues("mesh.enabled=false")
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("meshHealthIndicator"));
    }

    @Test
    void a_property_with_a_bad_value_ends_the_start() {
        runner.withPropertyValues("mesh.enabled=false", "management.health.mesh.enabled=perhaps")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("perhaps"));
    }
}
