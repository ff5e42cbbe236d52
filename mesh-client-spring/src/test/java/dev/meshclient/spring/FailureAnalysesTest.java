package dev.meshclient.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.Mesh;
import dev.meshclient.identity.TokenSource;
import dev.meshclient.spring.web.ImportMeshRestClient;
import java.util.Arrays;
import java.util.Map;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;

/** The text that an application prints when it cannot start. */
@ExtendWith(OutputCaptureExtension.class)
class FailureAnalysesTest {
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({MeshAutoConfiguration.class, MeshClientAutoConfiguration.class})
    static class App {}

    private static void start(Class<?> configuration, String... properties) {
        SpringApplication app = new SpringApplication(App.class, configuration);
        app.setWebApplicationType(WebApplicationType.NONE);
        app.setDefaultProperties(Map.of("mesh.snapshot.enabled", "false", "spring.application.name", "checkout"));
        String[] arguments =
                Arrays.stream(properties).map(stated -> "--" + stated).toArray(String[]::new);
        assertThat(catchThrowable(() -> {
                    try (ConfigurableApplicationContext context = app.run(arguments)) {
                        assertThat(context).isNull();
                    }
                }))
                .isNotNull()
                .isNotInstanceOf(AssertionError.class);
    }

    private static final String REGISTRY = "mesh.registry.url=http://127.0.0.1:1/policy";
    private static final String LOCAL = "mesh.client.services.orders.url=http://127.0.0.1:1";

    @Test
    void no_policy(CapturedOutput output) {
        start(App.class);
        assertThat(output).contains("""
                        Description:

                        The mesh has no policy: there is no bean of type PolicySource, and neither mesh.registry.url nor mesh.registry.file is stated.

                        Action:

                        State mesh.registry.url or mesh.registry.file, or mesh.client.services.<service>.url for a service on this machine. To start without the mesh, set mesh.enabled=false: annotated clients are then plain clients.
                        """);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    mesh.registry.url=orders                          | mesh.registry.url has a bad value, '[orders]': mesh.registry.url takes an absolute http: or https: URI, not 'orders'.
                    mesh.registry.url=http://127.0.0.1:1/a,http://127.0.0.1:1/a | mesh.registry.url has a bad value
                    mesh.registry.poll-interval=10ms                  | mesh.registry.poll-interval has a bad value, 'PT0.01S'
                    mesh.registry.file=/etc/policy.json               | mesh.registry.file has a bad value, '/etc/policy.json': the policy has a URL already
                    mesh.claims=ord ers                               | mesh.claims has a bad value, 'ord ers': mesh.claims takes 'host' or '*.suffix', not 'ord ers'.
                    mesh.zone=a//b                                    | mesh.zone has a bad value, 'a//b': zone is 'zone', 'region/zone' or 'region/zone/subzone'
                    mesh.drain-timeout=-1s                            | mesh.drain-timeout has a bad value, 'PT-1S': mesh.drain-timeout must not be negative
                    mesh.client.services.orders.url=localhost         | mesh.client.services.orders.url has a bad value, 'localhost'
                    mesh.client.services.checkout.url=http://127.0.0.1:1 | 'checkout' is the service of this process itself
                    mesh.identity.certificate=tls.crt                 | mesh.identity.directory is missing
                    mesh.identity.key-password=secret                 | mesh.identity.directory is missing: mesh.identity.key-password needs the directory
                    mesh.identity.federated.bank.example=/etc/bank.pem | mesh.identity.directory is missing: mesh.identity.federated needs the directory
                    mesh.certificates.bank.directory=                 | mesh.certificates.bank.directory is missing
                    mesh.tokens.billing.file=                         | mesh.tokens.billing.file is missing
                    mesh.zone=a/b/c/d                                 | mesh.zone has a bad value, 'a/b/c/d'
                    mesh.certificates.bank.certificate=tls.crt        | mesh.certificates.bank.directory is missing
                    mesh.outbound-traffic-policy=allow-some           | Failed to bind properties under 'mesh.outbound-traffic-policy'
                    mesh.region=eu/eu-1a                              | mesh.region has a bad value, 'eu/eu-1a': a region is one word without '/'
                    """)
    void a_bad_property(String property, String printed, CapturedOutput output) {
        start(App.class, property, property.startsWith("mesh.registry.url") ? "mesh.drain-timeout=2s" : REGISTRY);
        assertThat(output).contains("APPLICATION FAILED TO START").contains(printed);
    }

    @Test
    void an_override_without_a_url(CapturedOutput output) {
        System.setProperty("mesh.override", "orders");
        try {
            start(App.class, REGISTRY);
        } finally {
            System.clearProperty("mesh.override");
        }
        assertThat(output).contains("""
                        Description:

                        The mesh cannot start: system property mesh.override: 'orders' must be a service and its URL, such as orders=http://localhost:8081

                        Action:

                        Correct that. To start without the mesh, set mesh.enabled=false: annotated clients are then plain clients.
                        """);
    }

    @Configuration(proxyBeanMethods = false)
    static class Billing {
        @Bean
        TokenSource billing() {
            return () -> "token";
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    mesh.server.authorisation=enforce      | Did you mean mesh.server.authorization?
                    mesh.sevice=foo                        | Did you mean mesh.service?
                    mesh.registry.poll-intervall=1s        | Did you mean mesh.registry.poll-interval?
                    mesh.client.services.orders.ulr=http:/ | Did you mean mesh.client.services.orders.url?
                    mesh.lables.rack=7                     | Did you mean mesh.labels.rack?
                    mesh.colour=red                        | Remove it. A property of the application needs another prefix than mesh.
                    """)
    void a_property_that_does_not_exist(String property, String action, CapturedOutput output) {
        start(App.class, LOCAL, property);
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("There is no property " + property.replaceFirst("=.*", "") + " (")
                .contains(action);
    }

    @Test
    void a_token_of_a_bean_and_of_a_property(CapturedOutput output) {
        start(Billing.class, REGISTRY, "mesh.tokens.billing.file=/run/token");
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains(
                        "mesh.tokens.billing.file has a bad value, '/run/token': a bean of type TokenSource has the name"
                                + " 'billing', too");
    }

    record Checkout(OkHttpClient orders) {}

    @Configuration(proxyBeanMethods = false)
    static class Missing {
        @Bean
        OkHttpClient orders() {
            return new OkHttpClient();
        }

        @Bean
        Checkout checkout(@MeshClient("orders") OkHttpClient client) {
            return new Checkout(client);
        }
    }

    @Test
    void an_injection_point_without_a_bean(CapturedOutput output) {
        start(Missing.class, LOCAL);
        assertThat(output)
                .contains(
                        "required a bean of type 'okhttp3.OkHttpClient' with @MeshClient(\"orders\"), and there is none."
                                + " A bean with only the name 'orders' does not use the mesh.")
                .contains(
                        "Declare one: @Bean @MeshClient(\"orders\") OkHttpClient client() { return new OkHttpClient(); }");
    }

    @Test
    void no_policy_because_the_only_url_is_empty(CapturedOutput output) {
        start(App.class, "mesh.client.services.orders.url=");
        assertThat(output).contains("The mesh has no policy").contains("State mesh.registry.url or mesh.registry.file");
    }

    @Configuration(proxyBeanMethods = false)
    static class Twice {
        @Bean
        @MeshClient("orders")
        OkHttpClient o1() {
            return new OkHttpClient();
        }

        @Bean
        @MeshClient("orders")
        OkHttpClient o2() {
            return new OkHttpClient();
        }

        @Bean
        Checkout checkout(@MeshClient("orders") OkHttpClient client) {
            return new Checkout(client);
        }
    }

    @Test
    void two_beans_for_one_injection_point(CapturedOutput output) {
        start(Twice.class, LOCAL);
        assertThat(output)
                .contains("with @MeshClient(\"orders\"), and there are 2: o1, o2.")
                .contains("Distinguish them by variant, on the bean and where it is injected:"
                        + " @MeshClient(value = \"orders\", variant = \"bulk\").");
    }

    @Configuration(proxyBeanMethods = false)
    static class Misspelled {
        @Bean
        @MeshClient("orders")
        OkHttpClient ordersHttp() {
            return new OkHttpClient();
        }

        @Bean
        Checkout checkout(@MeshClient("order") OkHttpClient client) {
            return new Checkout(client);
        }
    }

    @Test
    void an_injection_point_with_another_name_than_the_bean(CapturedOutput output) {
        start(Misspelled.class, LOCAL);
        assertThat(output)
                .contains("with @MeshClient(\"order\"), and there is none.")
                .contains("These beans have the annotation: ordersHttp -> orders.");
    }

    @Configuration(proxyBeanMethods = false)
    @ImportMeshRestClient
    static class BuilderOnly {
        @Bean
        @MeshClient("orders")
        RestClient.Builder ordersBuilder() {
            return RestClient.builder();
        }

        @Bean
        String checkout(@MeshClient("orders") RestClient client) {
            return client.toString();
        }
    }

    @Test
    void an_injection_point_for_what_the_annotated_bean_builds(CapturedOutput output) {
        start(BuilderOnly.class, LOCAL);
        assertThat(output)
                .contains("Inject the org.springframework.web.client.RestClient.Builder that builds it, here the bean"
                        + " 'ordersBuilder', and call its build().")
                .doesNotContain("declare one");
    }

    @Configuration(proxyBeanMethods = false)
    static class NoRestStarter {
        @Bean
        @MeshClient("orders")
        RestClient.Builder ordersBuilder() {
            return RestClient.builder();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NoReactiveStarter {
        @Bean
        @MeshClient("orders")
        WebClient.Builder ordersBuilder() {
            return WebClient.builder();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NoStarterToInject {
        @Bean
        String checkout(@MeshClient("orders") RestClient.Builder builder) {
            return builder.toString();
        }
    }

    @Test
    void a_client_of_spring_without_its_starter(CapturedOutput output) {
        start(NoRestStarter.class, LOCAL);
        start(NoReactiveStarter.class, LOCAL);
        start(NoStarterToInject.class, LOCAL);
        assertThat(output)
                .doesNotContain("one of these types", "The annotation works on")
                .contains("Add the dependency spring-boot-starter-restclient: @MeshClient needs it for"
                        + " org.springframework.web.client.RestClient.Builder.")
                .contains("Add the dependency spring-boot-starter-webclient: @MeshClient needs it for"
                        + " org.springframework.web.reactive.function.client.WebClient.Builder.");
    }

    @Configuration(proxyBeanMethods = false)
    static class Escaped {
        @Bean
        @MeshClient("orders")
        static OkHttpClient early() {
            return new OkHttpClient();
        }

        @Bean
        static BeanFactoryPostProcessor greedy() {
            return beans -> beans.getBean("early");
        }
    }

    @Test
    void a_bean_that_was_made_before_the_mesh_could_wrap_it(CapturedOutput output) {
        start(Escaped.class, LOCAL);
        assertThat(output)
                .contains(
                        "The bean 'early' with @MeshClient(\"orders\") was made before the mesh could wrap it: its calls"
                                + " would bypass the mesh.");
    }

    @Configuration(proxyBeanMethods = false)
    static class Unsupported {
        @Bean
        @MeshClient("orders")
        StringBuilder text() {
            return new StringBuilder();
        }
    }

    @Test
    void a_bean_of_another_type(CapturedOutput output) {
        start(Unsupported.class, LOCAL);
        assertThat(output)
                .contains(
                        "The bean 'text' of type java.lang.StringBuilder has @MeshClient(\"orders\"), which has no effect on"
                                + " this type.")
                .contains(
                        "Put the annotation on the bean that makes the calls, of one of these types: okhttp3.Call.Factory.");
    }

    @Configuration(proxyBeanMethods = false)
    @Import(GatewayBuilder.Type.class)
    static class Built {
        @Bean
        @MeshClient("orders")
        GatewayBuilder.Gateway gateway() {
            return new GatewayBuilder.Gateway(new OkHttpClient());
        }
    }

    @Test
    void a_bean_that_was_built_by_one_of_a_supported_type(CapturedOutput output) {
        start(Built.class, LOCAL);
        assertThat(output)
                .contains(
                        "The bean 'gateway' of type dev.meshclient.spring.GatewayBuilder.Gateway has @MeshClient(\"orders\"),"
                                + " which has no effect on this type: it was built before the mesh could change it.")
                .contains(
                        "Put the annotation on the bean of type dev.meshclient.spring.GatewayBuilder that builds it: @Bean"
                                + " @MeshClient(\"orders\") GatewayBuilder gateway() {}");
    }

    @Configuration(proxyBeanMethods = false)
    @Import(GatewayBuilder.Type.class)
    static class EscapedBuilder {
        @Bean
        @MeshClient("orders")
        static GatewayBuilder early() {
            return new GatewayBuilder();
        }

        @Bean
        static BeanFactoryPostProcessor greedy() {
            return beans -> beans.getBean("early");
        }
    }

    @Test
    void a_bean_of_a_contributed_type_that_was_made_before_the_mesh_could_wrap_it(CapturedOutput output) {
        start(EscapedBuilder.class, LOCAL);
        assertThat(output)
                .contains("The bean 'early' with @MeshClient(\"orders\") was made before the mesh could wrap it");
    }

    @Configuration(proxyBeanMethods = false)
    @Import(GatewayBuilder.Type.class)
    static class MissingBuilt {
        @Bean
        String checkout(@MeshClient("orders") GatewayBuilder.Gateway gateway) {
            return gateway.toString();
        }
    }

    @Test
    void an_injection_point_of_a_type_that_is_built(CapturedOutput output) {
        start(MissingBuilt.class, LOCAL);
        assertThat(output)
                .contains("Inject the dev.meshclient.spring.GatewayBuilder that builds it, and declare one: @Bean"
                        + " @MeshClient(\"orders\") GatewayBuilder gateway() {}");
    }

    @Configuration(proxyBeanMethods = false)
    @ImportMeshRestClient
    static class BuiltRestClient {
        @Bean
        @MeshClient("orders")
        RestClient orders() {
            return RestClient.create();
        }
    }

    @Test
    void a_rest_client_that_was_built(CapturedOutput output) {
        start(BuiltRestClient.class, LOCAL);
        assertThat(output).contains("""
                        Description:

                        The bean 'orders' of type org.springframework.web.client.RestClient has @MeshClient("orders"), which has no effect on this type: it was built before the mesh could change it.

                        Action:

                        Put the annotation on the bean of type org.springframework.web.client.RestClient.Builder that builds it: @Bean(defaultCandidate = false) @MeshClient("orders") RestClient.Builder client(RestClientBuilderConfigurer boot) { return boot.configure(RestClient.builder()); }
                        """);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportMeshRestClient
    static class MissingRestTemplate {
        @Bean
        String checkout(@MeshClient("orders") RestTemplate orders) {
            return orders.toString();
        }
    }

    @Test
    void an_injection_point_of_another_type_without_a_bean(CapturedOutput output) {
        start(MissingRestTemplate.class, LOCAL);
        assertThat(output)
                .contains(
                        "Declare one: @Bean @MeshClient(\"orders\") RestTemplate client(RestTemplateBuilder boot) { return"
                                + " boot.build(); }");
    }

    @Configuration(proxyBeanMethods = false)
    static class ForeignFactory {
        @Bean
        @MeshClient("orders")
        Call.Factory foreign() {
            OkHttpClient client = new OkHttpClient();
            return request -> client.newCall(request);
        }
    }

    @Test
    void a_call_factory_that_is_no_client(CapturedOutput output) {
        start(ForeignFactory.class, LOCAL);
        assertThat(output)
                .contains("The bean 'foreign' has @MeshClient(\"orders\") and is a Call.Factory of class")
                .contains("Return an OkHttpClient from its @Bean method, or remove the annotation.");
    }

    @Configuration(proxyBeanMethods = false)
    static class Proxied {
        @Bean
        @MeshClient("orders")
        OkHttpClient client() {
            return new OkHttpClient();
        }

        @Bean
        static BeanPostProcessor aspect() {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    if (!name.equals("client")) {
                        return bean;
                    }
                    ProxyFactory proxy = new ProxyFactory(bean);
                    proxy.setProxyTargetClass(true);
                    return proxy.getProxy();
                }
            };
        }
    }

    @Test
    void a_proxy_of_a_client(CapturedOutput output) {
        start(Proxied.class, LOCAL);
        assertThat(output)
                .contains(
                        "The bean 'client' with @MeshClient(\"orders\") is a proxy of OkHttpClient, made for an aspect or a"
                                + " scope.")
                .contains("Declare the bean as okhttp3.Call.Factory, or exclude it from the aspect.");
    }

    @Configuration(proxyBeanMethods = false)
    static class Scoped {
        @Bean
        @Scope(value = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
        @MeshClient("orders")
        OkHttpClient scopedClient() {
            return new OkHttpClient();
        }
    }

    @Test
    void a_client_behind_the_proxy_of_a_scope(CapturedOutput output) {
        start(Scoped.class, LOCAL);
        assertThat(output)
                .contains(
                        "The bean 'scopedClient' with @MeshClient(\"orders\") is a proxy of OkHttpClient, made for an aspect"
                                + " or a scope.");
    }

    @Configuration(proxyBeanMethods = false)
    static class NoHost {
        @Bean
        @MeshClient("http://orders/")
        OkHttpClient client() {
            return new OkHttpClient();
        }
    }

    @Test
    void an_annotation_with_no_host(CapturedOutput output) {
        start(NoHost.class, LOCAL);
        assertThat(output)
                .contains("The bean 'client' has @MeshClient(\"http://orders/\"), and 'http://orders/' is no host.");
    }

    @ParameterizedTest
    @CsvSource({
        "mesh.registry.url=http://ann:secret@127.0.0.1:1/policy,mesh.registry.url",
        "mesh.client.services.orders.url=http://ann:secret@127.0.0.1:1,mesh.client.services.orders.url",
        "mesh.client.services.orders.url=http://:secret@127.0.0.1:1,mesh.client.services.orders.url"
    })
    void a_url_with_a_password_is_printed_without_it(String property, String name, CapturedOutput output) {
        start(App.class, property);
        assertThat(output)
                .contains("The property " + name + " has a bad value, '")
                .contains("http://******@127.0.0.1:1")
                .doesNotContain("secret");
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnMesh {
        @Bean
        Mesh own() {
            return Mesh.builder()
                    .policy(sink -> () -> {}) // no document ever
                    .snapshotDirectory(null)
                    .build();
        }

        @Bean
        @MeshClient("orders")
        OkHttpClient client() {
            return new OkHttpClient();
        }
    }

    @Test
    void a_mesh_of_the_application_that_does_not_claim_the_host_of_a_client(CapturedOutput output) {
        start(OwnMesh.class);
        assertThat(output).contains("""
                        The client 'client' calls the service 'orders', and the Mesh bean of the application does not claim that host: its calls would bypass the mesh.

                        Action:

                        Claim it: Mesh.builder().claim("orders").
                        """);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(SslAutoConfiguration.class)
    static class Bundles {}

    @Test
    void an_ssl_bundle_of_the_registry_that_does_not_exist(CapturedOutput output) {
        start(Bundles.class, REGISTRY, "mesh.registry.ssl-bundle=registry");
        assertThat(output)
                .contains(
                        "The property mesh.registry.ssl-bundle has a bad value, 'registry': there is no such SSL bundle;"
                                + " there are []");
    }
}
