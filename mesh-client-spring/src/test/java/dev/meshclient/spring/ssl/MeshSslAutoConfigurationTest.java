package dev.meshclient.spring.ssl;

import static dev.meshclient.spring.LongWait.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import dev.meshclient.spring.MeshIdentityAutoConfiguration;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.startup.Tomcat;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.eclipse.jetty.server.Server;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.health.application.SslHealthIndicator;
import org.springframework.boot.health.autoconfigure.application.SslHealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.info.SslInfo;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.ssl.SslMetricsAutoConfiguration;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.AbstractConfigurableWebServerFactory;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.ConfigurableApplicationContext;

@ExtendWith(OutputCaptureExtension.class)
class MeshSslAutoConfigurationTest {
    private static final Duration WAIT = Duration.ofMinutes(2);
    private static final String ORDERS = "spiffe://shop.example/orders";

    @TempDir
    Path directory;

    private TestAuthority root;
    private TestAuthority.Issued own;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    SslAutoConfiguration.class,
                    MeshAutoConfiguration.class,
                    MeshClientAutoConfiguration.class,
                    MeshIdentityAutoConfiguration.class,
                    MeshSslAutoConfiguration.class,
                    MeshServerSslAutoConfiguration.class))
            .withPropertyValues("mesh.enabled=false", "mesh.initial-fetch-timeout=2m");

    @BeforeEach
    void mount() throws Exception {
        root = TestAuthority.root("root");
        own = root.svid(ORDERS);
        TestAuthority.mount(directory, own, root);
    }

    private String identity() {
        return "mesh.identity.directory=" + directory;
    }

    private static X509Certificate certificate(SslBundle bundle) throws Exception {
        KeyStore keys = Objects.requireNonNull(bundle.getStores().getKeyStore());
        return (X509Certificate) keys.getCertificate("workload");
    }

    @Test
    void the_identity_is_the_bundle_mesh_even_if_the_mesh_is_off() {
        runner.withPropertyValues(identity()).run(context -> {
            SslBundle bundle = context.getBean(SslBundles.class).getBundle("mesh");
            assertThat(certificate(bundle)).isEqualTo(own.leaf());
            assertThat(Objects.requireNonNull(bundle.getStores().getTrustStore())
                            .getCertificate("shop.example-1"))
                    .isEqualTo(root.certificate());
            assertThat(bundle.createSslContext().createSSLEngine()).isNotNull();
            assertThat(bundle.getManagers().getTrustManagers()[0])
                    .isSameAs(SvidBundle.trustOf(bundle.getStores().getTrustStore()));
        });
    }

    @Test
    void a_bean_is_published_too_and_another_name_is_possible() throws Exception {
        WorkloadIdentity bean = WorkloadIdentity.of(own.svid(root));
        runner.withBean("own", WorkloadIdentity.class, () -> bean)
                .withPropertyValues("mesh.identity.publish-as=inside")
                .run(context -> {
                    assertThat(context).hasSingleBean(WorkloadIdentity.class);
                    assertThat(context.getBean(SslBundles.class).getBundleNames())
                            .containsExactly("inside");
                    assertThat(certificate(context.getBean(SslBundles.class).getBundle("inside")))
                            .isEqualTo(own.leaf());
                });
    }

    @Test
    void nothing_is_published_without_an_identity_or_without_a_name() {
        runner.run(context ->
                assertThat(context.getBean(SslBundles.class).getBundleNames()).isEmpty());
        runner.withPropertyValues(identity(), "mesh.identity.publish-as=")
                .run(context -> assertThat(context.getBean(SslBundles.class).getBundleNames())
                        .isEmpty());
    }

    @Test
    void another_bundle_of_that_name_stays() {
        SslBundle other = SslBundle.systemDefault();
        runner.withPropertyValues(identity())
                .withBean(SslBundleRegistrar.class, () -> registry -> registry.registerBundle("mesh", other))
                .run(context -> assertThat(context.getBean(SslBundles.class).getBundle("mesh"))
                        .isSameAs(other));
    }

    @Test
    void an_identity_is_watched_from_the_first_use_of_the_bundle_until_the_end() throws Exception {
        AtomicInteger watches = new AtomicInteger();
        WorkloadIdentity fixed = WorkloadIdentity.of(own.svid(root));
        WorkloadIdentity counted = sink -> {
            watches.incrementAndGet();
            fixed.watch(sink);
            return watches::decrementAndGet;
        };
        runner.withBean(WorkloadIdentity.class, () -> counted).run(context -> {
            SslBundle bundle = context.getBean(SslBundles.class).getBundle("mesh");
            assertThat(watches).hasValue(0);
            certificate(bundle);
            certificate(bundle);
            assertThat(watches).hasValue(1);
        });
        assertThat(watches).hasValue(0);
    }

    @Test
    void without_a_certificate_the_stores_are_empty_until_it_is_there_and_a_context_states_the_reason() {
        Path empty = directory.resolve("empty");
        runner.withPropertyValues("mesh.identity.directory=" + empty, "mesh.initial-fetch-timeout=50ms")
                .run(context -> {
                    SslBundles bundles = context.getBean(SslBundles.class);
                    assertThat(bundles.getBundle("mesh").getStores().getKeyStore())
                            .isNull();
                    await().atMost(WAIT).untilAsserted(() -> assertThatThrownBy(
                                    () -> bundles.getBundle("mesh").createSslContext())
                            .hasMessageContaining(
                                    "The SSL bundle 'mesh' needs the identity of this workload, and there is none after 50 ms")
                            .hasMessageContaining("there is no certificate in " + empty));
                    assertThat(empty.toFile().mkdir()).isTrue();
                    TestAuthority.mount(empty, own, root);
                    await().atMost(WAIT)
                            .until(() -> bundles.getBundle("mesh").getStores().getKeyStore() != null);
                    assertThat(certificate(bundles.getBundle("mesh"))).isEqualTo(own.leaf());
                });
    }

    @Test
    void a_server_that_requests_no_certificate_of_its_clients_is_a_warning(CapturedOutput output) {
        runner.withPropertyValues(identity()).run(context -> {
            @SuppressWarnings("unchecked")
            WebServerFactoryCustomizer<AbstractConfigurableWebServerFactory> customizer =
                    context.getBean("meshIdentityOfServer", WebServerFactoryCustomizer.class);
            TomcatServletWebServerFactory server = new TomcatServletWebServerFactory();
            Ssl ssl = Ssl.forBundle("mesh");
            server.setSsl(ssl);
            for (Ssl.ClientAuth stated : Ssl.ClientAuth.values()) {
                ssl.setClientAuth(stated);
                customizer.customize(server);
            }
            assertThat(output).doesNotContain("server.ssl.client-auth is not stated");
            ssl.setClientAuth(null);
            customizer.customize(server);
            assertThat(output)
                    .containsOnlyOnce("server.ssl.bundle=mesh, but server.ssl.client-auth is not stated: the server"
                            + " requests no certificate, and no caller has an identity");
        });
    }

    @Test
    void starts_without_servers_on_the_class_path() {
        runner.withPropertyValues(identity())
                .withClassLoader(new FilteredClassLoader(Tomcat.class, Server.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasBean("meshIdentityOfServer")
                        .doesNotHaveBean("meshTrustOfTomcat")
                        .doesNotHaveBean("meshTrustOfJetty"));
        runner.withPropertyValues(identity())
                .withClassLoader(new FilteredClassLoader(WebServerFactoryCustomizer.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("meshIdentityOfServer"));
    }

    @Test
    void an_ssl_bundle_that_does_not_exist_is_refused_as_is_a_second_source() {
        runner.withPropertyValues("mesh.identity.ssl-bundle=mine")
                .run(
                        context -> assertThat(catchThrowable(() -> context.getBean(WorkloadIdentity.class)))
                                .rootCause()
                                .hasMessageContaining(
                                        "The property mesh.identity.ssl-bundle has a bad value, 'mine': there is no such SSL bundle; there are"));
        runner.withPropertyValues("mesh.identity.ssl-bundle=mine", identity())
                .run(context -> assertThat(catchThrowable(() -> context.getBean(WorkloadIdentity.class)))
                        .rootCause()
                        .hasMessageContaining("mesh.identity.directory is stated, too; remove one of the two"));
    }

    @Test
    void health_and_metrics_of_boot_cover_the_bundle_after_a_rotation_too() throws Exception {
        runner.withConfiguration(AutoConfigurations.of(
                        MetricsAutoConfiguration.class,
                        SslMetricsAutoConfiguration.class,
                        SslHealthContributorAutoConfiguration.class))
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withPropertyValues(identity())
                .run(context -> {
                    MeterRegistry meters = context.getBean(MeterRegistry.class);
                    assertThat(Objects.requireNonNull(expiry(meters, own)).value())
                            .isBetween(1.0, 3600.0);
                    TestAuthority.Issued next = root.svid(ORDERS);
                    TestAuthority.mount(directory, next, root);
                    await().atMost(WAIT).until(() -> expiry(meters, next) != null);
                    assertThat(expiry(meters, own)).isNull();
                    Health health = context.getBean(SslHealthIndicator.class).health();
                    assertThat(health.getStatus()).isEqualTo(Status.UP);
                    assertThat(health.getDetails().get("validChains"))
                            .asInstanceOf(InstanceOfAssertFactories.list(SslInfo.CertificateChainInfo.class))
                            .extracting(chain -> chain.getCertificates().get(0).getSerialNumber())
                            .containsExactly(next.leaf().getSerialNumber().toString(16));
                });
    }

    /** Null: there is no such meter. */
    private static @Nullable Gauge expiry(MeterRegistry meters, TestAuthority.Issued certificate) {
        return meters.find("ssl.chain.expiry")
                .tags("bundle", "mesh", "chain", "workload")
                .tag("certificate", certificate.leaf().getSerialNumber().toString(16))
                .gauge();
    }

    @ParameterizedTest
    @EnumSource
    void a_server_does_not_start_without_its_identity(TestServer server, CapturedOutput output) {
        // 50 ms may end before a slow machine has looked for the files
        await().atMost(WAIT).untilAsserted(() -> {
            doesNotStart(
                    server, "mesh.identity.directory=" + directory.resolve("none"), "mesh.initial-fetch-timeout=50ms");
            assertThat(output)
                    .contains(
                            "The SSL bundle 'mesh' needs the identity of this workload, and there is none after 50 ms: this workload has"
                                    + " no certificate yet, no TLS connection is made with one: there is no certificate in "
                                    + directory.resolve("none"));
        });
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("Correct mesh.identity. If its files are written after the start of this process, set"
                        + " mesh.initial-fetch-timeout to a longer time. If they have other names, set"
                        + " mesh.identity.certificate, mesh.identity.private-key and mesh.identity.trust-bundle.");
    }

    @Test
    void a_server_does_not_start_if_no_identity_is_stated(CapturedOutput output) {
        doesNotStart(TestServer.TOMCAT);
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains(
                        "The server has the SSL bundle 'mesh', the identity of this workload, and no identity is stated.")
                .contains(
                        "State mesh.identity.directory or mesh.identity.ssl-bundle, or declare a bean of type WorkloadIdentity.");
    }

    private static void doesNotStart(TestServer server, String... properties) {
        assertThat(catchThrowable(() -> {
                    try (ConfigurableApplicationContext context = server.start(properties)) {
                        assertThat(context).isNull();
                    }
                }))
                .isNotNull()
                .isNotInstanceOf(AssertionError.class);
    }
}
