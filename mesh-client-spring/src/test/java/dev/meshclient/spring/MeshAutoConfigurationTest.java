package dev.meshclient.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Mesh;
import dev.meshclient.MeshStatus;
import dev.meshclient.Workload;
import dev.meshclient.identity.TokenSource;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.telemetry.CallObserver;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.io.Closeable;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import mockwebserver3.MockResponse;
import okhttp3.OkHttpClient;
import okhttp3.TlsVersion;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;

@ExtendWith(OutputCaptureExtension.class)
class MeshAutoConfigurationTest {
    private static final Duration WAIT = Duration.ofMinutes(2);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(MeshAutoConfiguration.class, MeshClientAutoConfiguration.class))
            .withPropertyValues("mesh.snapshot.enabled=false");

    @Test
    void a_registry_gives_the_policy(CapturedOutput output) {
        try (LocalService orders = LocalService.answering("order 7");
                LocalService registry = LocalService.answering(orders.policy("orders"))) {
            runner.withPropertyValues(
                            "mesh.registry.url=" + registry.url() + "/policy",
                            "spring.application.name=checkout",
                            "mesh.zone=eu/eu-1a")
                    .run(context -> {
                        Mesh mesh = context.getBean(Mesh.class);
                        assertThat(mesh.awaitReady(WAIT)).isTrue();
                        assertThat(LocalService.get(mesh.wrap(new OkHttpClient()), "http://orders/7"))
                                .isEqualTo("order 7");
                        assertThat(output)
                                .containsOnlyOnce("mesh started for checkout in eu/eu-1a: policy ")
                                .contains("from PolicySource.http(" + registry.url() + "/policy), identity none");
                    });
        }
    }

    @Test
    void a_second_registry_is_requested_when_the_first_fails() {
        try (LocalService orders = LocalService.answering("order 7");
                LocalService broken = LocalService.answering(
                        request -> new MockResponse.Builder().code(500).build());
                LocalService registry = LocalService.answering(orders.policy("orders"))) {
            runner.withPropertyValues("mesh.registry.url=" + broken.url() + "/policy," + registry.url() + "/policy")
                    .run(context -> assertThat(context.getBean(Mesh.class).awaitReady(WAIT))
                            .isTrue());
            assertThat(broken.requests()).isPositive();
        }
    }

    @Test
    void a_registry_gets_the_token_of_the_file_and_the_hosts_on_demand(@TempDir Path directory) throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "s3cret");
        List<String> seen = new CopyOnWriteArrayList<>();
        try (LocalService orders = LocalService.answering("order 7");
                LocalService registry = LocalService.answering(request -> {
                    seen.add(request.getTarget() + " " + request.getHeaders().get("Authorization"));
                    return new MockResponse.Builder()
                            .body(orders.policy("orders"))
                            .build();
                })) {
            runner.withPropertyValues(
                            "mesh.registry.url=" + registry.url() + "/policy",
                            "mesh.registry.bearer-token-file=" + token,
                            "mesh.registry.on-demand=true",
                            "mesh.claims=orders")
                    .run(context -> assertThat(context.getBean(Mesh.class).awaitReady(WAIT))
                            .isTrue());
            assertThat(seen.get(0))
                    .startsWith("/policy?hosts=")
                    .contains("orders")
                    .endsWith("Bearer s3cret");
        }
    }

    @Test
    void a_file_gives_the_policy(@TempDir Path directory) throws Exception {
        try (LocalService orders = LocalService.answering("order 7")) {
            Path file = Files.writeString(directory.resolve("policy.json"), orders.policy("orders"));
            runner.withPropertyValues("mesh.registry.file=" + file).run(context -> {
                assertThat(context.getBean(Mesh.class).awaitReady(WAIT)).isTrue();
                assertThat(context.getBean(Mesh.class).policyRevision()).isEqualTo("version 7");
            });
        }
    }

    @Test
    void a_url_of_a_service_needs_no_registry(CapturedOutput output) {
        try (LocalService orders = LocalService.answering("order 7")) {
            runner.withPropertyValues(
                            "mesh.client.services.orders.url=" + orders.url(),
                            "mesh.client.services.billing.url=http://127.0.0.1:1")
                    .run(context -> {
                        OkHttpClient client = context.getBean(Mesh.class).wrap(new OkHttpClient());
                        assertThat(LocalService.get(client, "http://orders/7")).isEqualTo("order 7");
                        assertThat(output)
                                .contains("calls to service 'orders' are sent to " + orders.url()
                                        + "; there is no registry")
                                .doesNotContain("do not apply", "the policy has no service");
                    });
        }
    }

    @Test
    void a_url_of_a_service_replaces_what_the_registry_states(CapturedOutput output) {
        try (LocalService orders = LocalService.answering("order 7");
                LocalService registry = LocalService.answering(orders.policy("orders"))) {
            ApplicationContextRunner both =
                    runner.withPropertyValues("mesh.registry.url=" + registry.url() + "/policy");
            both.withPropertyValues("mesh.client.services.orders.url=") // switches off that of another profile
                    .run(context -> {
                        assertThat(context.getBean(Mesh.class).awaitReady(WAIT)).isTrue();
                        assertThat(output).doesNotContain("calls to service 'orders' are sent");
                    });
            both.withPropertyValues("mesh.client.services.orders.url=" + orders.url())
                    .run(context -> {
                        assertThat(context.getBean(Mesh.class).awaitReady(WAIT)).isTrue();
                        assertThat(output)
                                .contains("calls to service 'orders' are sent to " + orders.url()
                                        + "; its TLS settings, access policies and tokens do not apply");
                    });
        }
    }

    @Test
    void connection_details_replace_the_url() {
        try (LocalService orders = LocalService.answering("order 7");
                LocalService registry = LocalService.answering(orders.policy("orders"))) {
            MeshRegistryConnectionDetails details = () -> List.of(URI.create(registry.url() + "/policy"));
            runner.withPropertyValues("mesh.registry.url=http://127.0.0.1:1/none")
                    .withBean(MeshRegistryConnectionDetails.class, () -> details)
                    .run(context -> assertThat(context.getBean(Mesh.class).awaitReady(WAIT))
                            .isTrue());
        }
    }

    @Test
    void a_registry_is_trusted_by_an_ssl_bundle_and_called_with_its_protocols() throws Exception {
        HeldCertificate own = new HeldCertificate.Builder()
                .addSubjectAlternativeName("127.0.0.1")
                .build();
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("registry", own.certificate());
        SslBundle bundle =
                SslBundle.of(SslStoreBundle.of(null, null, trusted), null, SslOptions.of(null, Set.of("TLSv1.2")));
        Set<TlsVersion> used = ConcurrentHashMap.newKeySet();
        try (LocalService orders = LocalService.answering("order 7");
                LocalService registry = LocalService.answeringByTls(
                        request -> {
                            used.add(Objects.requireNonNull(request.getHandshake())
                                    .tlsVersion());
                            return new MockResponse.Builder()
                                    .body(orders.policy("orders"))
                                    .build();
                        },
                        new HandshakeCertificates.Builder()
                                .heldCertificate(own)
                                .build()
                                .sslSocketFactory())) {
            runner.withBean(SslBundles.class, () -> new DefaultSslBundleRegistry("registry", bundle))
                    .withPropertyValues(
                            "mesh.registry.url=https://127.0.0.1:" + registry.port() + "/policy",
                            "mesh.registry.ssl-bundle=registry")
                    .run(context -> assertThat(context.getBean(Mesh.class).awaitReady(WAIT))
                            .isTrue());
            assertThat(used).containsExactly(TlsVersion.TLS_1_2);
        }
    }

    @Test
    void identity_and_certificates_are_those_of_their_directories(@TempDir Path directory) {
        runner.withUserConfiguration(PolicyOnly.class)
                .withPropertyValues(
                        "mesh.identity.directory=" + directory,
                        "mesh.identity.key-password=secret",
                        "mesh.identity.federated.bank.example=" + directory.resolve("bank.pem"),
                        "mesh.certificates.bank.directory=" + directory,
                        "mesh.certificates.bank.certificate=bank.crt",
                        "mesh.certificates.bank.private-key=bank.key",
                        "mesh.tokens.billing.file=" + directory.resolve("token"))
                .run(context -> {
                    var identities = context.getBean(Mesh.class).status().identities();
                    assertThat(identities).containsOnlyKeys("", "bank");
                    assertThat(identities.values())
                            .extracting(MeshStatus.Identity::source)
                            .containsOnly("MountedIdentity.at(" + directory + ")");
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class PolicyOnly {
        @Bean
        PolicySource policy() {
            return new OwnBeans().policy();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnBeans {
        final List<String> called = new CopyOnWriteArrayList<>();

        @Bean
        PolicySource policy() {
            return PolicySource.of("""
                    {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": 1},
                     "services": {}}
                    """);
        }

        @Bean
        WorkloadIdentity identity() {
            return new WorkloadIdentity() {
                @Override
                public Closeable watch(Sink sink) {
                    called.add("identity");
                    return () -> called.add("identity closed");
                }

                @Override
                public String toString() {
                    return "an identity of the application";
                }
            };
        }

        @Bean
        TokenSource billing() {
            return () -> "token";
        }

        @Bean
        MeshListener listener() {
            return new MeshListener() {
                @Override
                public void on(MeshEvent event) {
                    called.add(event.getClass().getSimpleName());
                }
            };
        }

        @Bean
        CallObserver.Factory observer() {
            return call -> new CallObserver() {};
        }

        @Bean
        Workload workload() {
            return Workload.of("shop-front");
        }

        @Bean
        MeshBuilderCustomizer customizer() {
            return mesh -> {
                called.add("customizer");
                mesh.claim("claimed");
            };
        }
    }

    @Test
    void beans_of_the_application_are_used(CapturedOutput output) {
        runner.withUserConfiguration(OwnBeans.class).run(context -> {
            assertThat(context).hasNotFailed();
            List<String> called = context.getBean(OwnBeans.class).called;
            assertThat(called).contains("customizer", "identity").doesNotContain("identity closed");
            await().atMost(WAIT).until(() -> called.stream().anyMatch(name -> name.endsWith("Applied")));
            assertThat(context.getBean(Mesh.class).status().identities()).containsKey("");
            assertThat(output)
                    .contains("mesh started for shop-front: policy version 1 from")
                    .contains("identity not there yet from an identity of the application");
        });
    }

    @Test
    void a_mesh_of_the_application_replaces_it() {
        runner.withBean("own", Mesh.class, () -> Mesh.builder()
                        .policy(new OwnBeans().policy())
                        .snapshotDirectory(null)
                        .build())
                .run(context -> assertThat(context).getBeanNames(Mesh.class).containsExactly("own"));
    }

    @Configuration(proxyBeanMethods = false)
    static class OrdersClient {
        @Bean
        @MeshClient("orders")
        OkHttpClient client() {
            return new OkHttpClient();
        }
    }

    @Test
    void a_mesh_of_the_application_that_claims_the_host_of_a_client_starts_before_its_first_policy() {
        runner.withUserConfiguration(OrdersClient.class)
                .withBean("own", Mesh.class, () -> Mesh.builder()
                        .policy(sink -> () -> {}) // no document ever
                        .claim("orders")
                        .snapshotDirectory(null)
                        .build())
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void two_sources_of_policy_are_an_error() {
        runner.withBean("first", PolicySource.class, () -> new OwnBeans().policy())
                .withBean("second", PolicySource.class, () -> new OwnBeans().policy())
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("expected single matching bean but found 2: first,second"));
    }

    @Test
    void switched_off_there_is_no_mesh_and_nothing_is_demanded(CapturedOutput output) {
        runner.withPropertyValues("mesh.enabled=false").run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(Mesh.class);
            assertThat(output).contains("the mesh is off (mesh.enabled=false); plain clients: none");
        });
    }

    /** As in an AOT jar, whose conditions are those of its build. */
    @Test
    void switched_off_after_the_conditions_no_mesh_is_made() {
        runner.withInitializer(context -> context.addBeanFactoryPostProcessor(beans -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("run", Map.of("mesh.enabled", false)))))
                .run(context -> {
                    assertThat(context).hasNotFailed().hasSingleBean(Mesh.class);
                    assertThat(context.getBeanFactory().containsSingleton("mesh"))
                            .isFalse();
                });
    }

    @Test
    void the_mesh_starts_without_a_client_and_is_closed_with_the_context() {
        List<OwnBeans> beans = new ArrayList<>();
        runner.withUserConfiguration(OwnBeans.class).run(context -> {
            assertThat(context.getBeanFactory().containsSingleton("mesh")).isTrue();
            beans.add(context.getBean(OwnBeans.class));
        });
        assertThat(beans.get(0).called).contains("identity closed");
    }
}
