package dev.meshclient.spring.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Mesh;
import dev.meshclient.MeshOptions;
import dev.meshclient.PolicyUnavailable;
import dev.meshclient.spring.LocalService;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClient;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import dev.meshclient.spring.MeshConfigurationException;
import dev.meshclient.spring.service.packages.LateConfigurer;
import dev.meshclient.spring.service.packages.PlainApi;
import dev.meshclient.spring.service.packages.ReturnApi;
import dev.meshclient.spring.webclient.OkHttpClientHttpConnector;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import mockwebserver3.MockResponse;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientProperties;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientPropertiesAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.service.HttpServiceClientAutoConfiguration;
import org.springframework.boot.restclient.test.autoconfigure.MockRestServiceServerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webclient.autoconfigure.service.ReactiveHttpServiceClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.http.ResponseEntity;
import org.springframework.test.web.client.MockRestServiceServer;
import org.springframework.test.web.client.match.MockRestRequestMatchers;
import org.springframework.test.web.client.response.MockRestResponseCreators;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;
import org.springframework.web.service.registry.HttpServiceGroup;
import org.springframework.web.service.registry.ImportHttpServices;
import reactor.core.publisher.Mono;

@ExtendWith(OutputCaptureExtension.class)
class HttpInterfacesTest {
    private static final LocalService orders = LocalService.answering(request -> request.getTarget()
                    .equals("/moved")
            ? new MockResponse.Builder()
                    .code(302)
                    .addHeader("Location", "/here")
                    .build()
            : new MockResponse.Builder()
                    .addHeader("x-shop", String.valueOf(request.getHeaders().get("x-shop")))
                    .body(request.getHeaders().get("Host") + request.getTarget())
                    .build());

    private static volatile boolean inCall;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MeshAutoConfiguration.class,
                    MeshClientAutoConfiguration.class,
                    MeshHttpServiceAutoConfiguration.class,
                    HttpServiceClientPropertiesAutoConfiguration.class,
                    HttpServiceClientAutoConfiguration.class))
            .withPropertyValues(
                    "mesh.snapshot.enabled=false",
                    "mesh.client.services.orders.url=" + orders.url(),
                    "orders.host=orders");

    @AfterAll
    static void stop() {
        orders.close();
    }

    private void run(Class<?> configuration, ContextConsumer<AssertableApplicationContext> test, String... properties) {
        runner.withUserConfiguration(configuration)
                .withPropertyValues(properties)
                .run(test);
    }

    private void fails(Class<?> configuration, String message, String... properties) {
        run(
                configuration,
                context -> assertThat(NestedExceptionUtils.getMostSpecificCause(
                                Objects.requireNonNull(context.getStartupFailure())))
                        .isInstanceOf(MeshConfigurationException.class)
                        .hasMessageContaining(message),
                properties);
    }

    @MeshClient("${orders.host}")
    interface OrderApi {
        @GetExchange("/orders/7")
        String order();
    }

    interface UnmarkedApi {
        @GetExchange("/orders/8")
        String order();
    }

    record Checkout(OrderApi orders) {}

    @Configuration(proxyBeanMethods = false)
    @ImportMeshClients(value = OrderApi.class, basePackageClasses = ReturnApi.class)
    static class Imported {
        @Bean
        Checkout checkout(@MeshClient("${orders.host}") OrderApi orders) {
            return new Checkout(orders);
        }
    }

    @Test
    void an_imported_interface_calls_its_service_through_the_mesh(CapturedOutput output) {
        run(Imported.class, context -> {
            assertThat(context.getBean(Checkout.class).orders().order()).isEqualTo("orders/orders/7");
            assertThat(context.getBean(ReturnApi.class).first()).isEqualTo("orders/returns/1");
            assertThat(context.getBeanNamesForType(PlainApi.class)).isEmpty();
            assertThat(output)
                    .contains("clients group orders -> orders, group orders-returns -> orders")
                    .doesNotContain("not eligible for getting processed");
        });
    }

    @Configuration(proxyBeanMethods = false)
    @ImportHttpServices(group = "sales", types = OrderApi.class)
    static class WithAnnotation {}

    @Configuration(proxyBeanMethods = false)
    @ImportHttpServices(group = "orders", types = UnmarkedApi.class)
    static class ByName {}

    @Configuration(proxyBeanMethods = false)
    @ImportHttpServices(group = "shop", types = UnmarkedApi.class)
    static class Shop {}

    @Test
    void a_group_of_spring_is_in_the_mesh_by_an_annotation_by_its_name_or_by_its_base_url() {
        run(
                WithAnnotation.class,
                context -> assertThat(context.getBean(OrderApi.class).order()).isEqualTo("orders/orders/7"));
        run(ByName.class, context -> assertThat(
                        context.getBean(UnmarkedApi.class).order())
                .isEqualTo("orders/orders/8"));
        run(
                Shop.class,
                context ->
                        assertThat(context.getBean(UnmarkedApi.class).order()).isEqualTo("orders/v1/orders/8"),
                "spring.http.serviceclient.shop.base-url=mesh://orders/v1");
    }

    @Test
    void a_group_with_another_base_url_is_not_in_the_mesh(CapturedOutput output) {
        run(
                ByName.class,
                context -> assertThat(context.getBean(UnmarkedApi.class).order())
                        .isEqualTo("127.0.0.1:" + orders.port() + "/orders/8"),
                "spring.http.serviceclient.orders.base-url=" + orders.url());
        assertThat(output).contains("clients none");
    }

    @HttpExchange("https://api.example.com")
    interface AbsoluteApi {
        @GetExchange("/x")
        String x();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportHttpServices(group = "orders", types = AbsoluteApi.class)
    static class Absolute {}

    @Configuration(proxyBeanMethods = false)
    @ImportHttpServices(types = UnmarkedApi.class)
    static class WithoutGroup {}

    @Configuration(proxyBeanMethods = false)
    @ImportHttpServices(group = "Orders of Bavaria", types = UnmarkedApi.class)
    static class NoHost {}

    @Configuration(proxyBeanMethods = false)
    @ImportHttpServices(group = "orders", types = UnmarkedApi.class)
    static class Configured {
        @Bean
        RestClientHttpServiceGroupConfigurer elsewhere() {
            return groups -> groups.forEachClient((group, client) -> client.baseUrl(orders.url()));
        }
    }

    interface HookApi {
        @GetExchange
        String call(URI url);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportHttpServices(group = "hooks", types = HookApi.class)
    static class Hooks {}

    @Test
    void a_group_whose_urls_are_stated_elsewhere_is_not_in_the_mesh(CapturedOutput output) {
        for (Class<?> configuration :
                new Class<?>[] {Absolute.class, WithoutGroup.class, NoHost.class, Hooks.class, Configured.class}) {
            run(configuration, context -> assertThat(
                            context.getBean(MeshGroups.class).services())
                    .as(configuration.getSimpleName())
                    .isEmpty());
        }
        run(Configured.class, context -> assertThat(
                        context.getBean(UnmarkedApi.class).order())
                .isEqualTo("127.0.0.1:" + orders.port() + "/orders/8"));
        assertThat(output).doesNotContain("clients group");
    }

    @Configuration(proxyBeanMethods = false)
    @ImportHttpServices(group = "orders", types = UnmarkedApi.class)
    static class WithPath {
        @Bean
        RestClientHttpServiceGroupConfigurer own() {
            return groups -> groups.forEachClient((group, client) -> client.baseUrl("/v2")
                    .requestFactory((uri, method) -> {
                        throw new AssertionError("not the mesh");
                    })
                    .requestInterceptor((request, body, execution) -> {
                        request.getHeaders().add("Host", "of-interceptor");
                        return execution.execute(request, body);
                    }));
        }
    }

    @Test
    void the_mesh_replaces_the_request_factory_of_a_configurer_and_keeps_the_rest() {
        run(WithPath.class, context -> assertThat(
                        context.getBean(UnmarkedApi.class).order())
                .isEqualTo("of-interceptor/v2/orders/8"));
    }

    @Test
    void its_service_is_claimed_before_there_is_a_policy() {
        for (Class<?> configuration : new Class<?>[] {Imported.class, ByName.class}) {
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(
                            MeshAutoConfiguration.class,
                            MeshClientAutoConfiguration.class,
                            MeshHttpServiceAutoConfiguration.class))
                    .withPropertyValues(
                            "mesh.snapshot.enabled=false",
                            "orders.host=orders",
                            "mesh.registry.file=/no/such/policy.json",
                            "mesh.initial-fetch-timeout=0s")
                    .withUserConfiguration(configuration)
                    .run(context -> {
                        OkHttpClient other = context.getBean(Mesh.class).wrap(new OkHttpClient());
                        assertThatThrownBy(() -> other.newCall(new Request.Builder()
                                                .url("http://orders/")
                                                .build())
                                        .execute())
                                .isInstanceOf(PolicyUnavailable.class);
                    });
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportMeshClients(UnmarkedApi.class)
    static class NoAnnotation {}

    @Configuration(proxyBeanMethods = false)
    @ImportMeshClients(OrderApi.class)
    static class Only {}

    @MeshClient("invoices")
    interface InvoiceApi {
        @GetExchange("/invoices/1")
        String invoice();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportHttpServices(
            group = "sales",
            types = {OrderApi.class, InvoiceApi.class})
    static class TwoServices {}

    @Configuration(proxyBeanMethods = false)
    static class ByHand {
        @Bean
        OrderApi orders() {
            return HttpServiceProxyFactory.builderFor(RestClientAdapter.create(RestClient.create("http://orders")))
                    .build()
                    .createClient(OrderApi.class);
        }
    }

    @Test
    void an_interface_that_would_bypass_the_mesh_fails_the_start() {
        fails(NoAnnotation.class, "UnmarkedApi, which @ImportMeshClients of ");
        fails(NoAnnotation.class, "has no @MeshClient. State the service that it calls");
        fails(
                Only.class,
                "The group 'orders' of HTTP interfaces has the base URL 'http://elsewhere/v1', whose host is not that of its"
                        + " service in the mesh, 'orders' (@MeshClient): its calls would bypass the mesh.",
                "spring.http.serviceclient.orders.base-url=http://elsewhere/v1");
        fails(TwoServices.class, "The group 'sales' has interfaces of several services");
        fails(
                ByHand.class,
                "The bean 'orders' is a client of " + OrderApi.class.getName() + ", which has @MeshClient, and");
        fails(
                Only.class,
                "has @MeshClient(\"${orders.host}\"), and 'http://orders/' is no host",
                "orders.host=http://orders/");
    }

    @Configuration(proxyBeanMethods = false)
    static class Fake {
        @Bean
        OrderApi orders() {
            return () -> "fake";
        }
    }

    @Test
    void a_fake_of_an_annotated_interface_is_no_client() {
        run(Fake.class, context -> assertThat(context.getBean(OrderApi.class).order())
                .isEqualTo("fake"));
    }

    @MeshClient("orders")
    interface MovedApi {
        @GetExchange("/moved")
        ResponseEntity<String> moved();

        @GetExchange("/here")
        ResponseEntity<String> here();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportMeshClients(MovedApi.class)
    static class Moved {}

    @Test
    void the_properties_of_the_group_apply_to_its_client_in_the_mesh() {
        run(
                Moved.class,
                context -> {
                    MovedApi api = context.getBean(MovedApi.class);
                    assertThat(api.here().getBody()).isEqualTo("orders/here");
                    assertThat(api.here().getHeaders().getFirst("x-shop")).isEqualTo("7");
                    assertThat(api.moved().getStatusCode().value()).isEqualTo(302);
                },
                "spring.http.serviceclient.orders.base-url=http://orders:80",
                "spring.http.serviceclient.orders.default-header.x-shop=7",
                "spring.http.serviceclient.orders.redirects=dont-follow");
        run(Moved.class, context -> assertThat(
                        context.getBean(MovedApi.class).moved().getStatusCode().value())
                .isEqualTo(200));
    }

    @MeshClient("orders")
    interface ReactiveApi {
        @MeshTimeout("2m")
        @GetExchange("/here")
        Mono<ResponseEntity<String>> here();

        @GetExchange("/moved")
        Mono<ResponseEntity<Void>> moved();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportMeshClients(value = ReactiveApi.class, clientType = HttpServiceGroup.ClientType.WEB_CLIENT)
    static class Reactive {
        final List<String> options = new CopyOnWriteArrayList<>();

        @Bean
        WebClientHttpServiceGroupConfigurer recording() {
            return groups -> groups.forEachClient((group, client) -> client.filter((request, next) -> {
                request.attribute(OkHttpClientHttpConnector.MESH_OPTIONS)
                        .map(String::valueOf)
                        .ifPresent(options::add);
                return next.exchange(request);
            }));
        }
    }

    @Test
    void a_group_of_web_clients_is_in_the_mesh() {
        runner.withConfiguration(AutoConfigurations.of(ReactiveHttpServiceClientAutoConfiguration.class))
                .withUserConfiguration(Reactive.class)
                .withPropertyValues(
                        "spring.http.serviceclient.orders.default-header.x-shop=7",
                        "spring.http.serviceclient.orders.redirects=dont-follow")
                .run(context -> {
                    ReactiveApi api = context.getBean(ReactiveApi.class);
                    ResponseEntity<String> answer =
                            Objects.requireNonNull(api.here().block(Duration.ofMinutes(2)));
                    assertThat(answer.getBody()).isEqualTo("orders/here");
                    assertThat(answer.getHeaders().getFirst("x-shop")).isEqualTo("7");
                    assertThat(Objects.requireNonNull(api.moved().block(Duration.ofMinutes(2)))
                                    .getStatusCode()
                                    .value())
                            .isEqualTo(302);
                    assertThat(context.getBean(Reactive.class).options)
                            .containsExactly(
                                    MeshOptions.DEFAULT
                                            .withTimeout(Duration.ofMinutes(2))
                                            .toString(),
                                    MeshOptions.DEFAULT.toString());
                });
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void a_group_of_web_clients_reads_bodies_on_virtual_threads_if_spring_uses_them() {
        runner.withConfiguration(AutoConfigurations.of(ReactiveHttpServiceClientAutoConfiguration.class))
                .withUserConfiguration(Reactive.class)
                .withPropertyValues("spring.threads.virtual.enabled=true")
                .run(context -> assertThat(context.getBean(ReactiveApi.class)
                                .here()
                                .map(answer -> Thread.currentThread().toString())
                                .block(Duration.ofMinutes(2)))
                        .startsWith("VirtualThread["));
    }

    /** Such as one that reads the request that is handled. */
    private static void failsOutsideOfACall() {
        if (!inCall) {
            throw new IllegalStateException("not in a call");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportHttpServices(group = "shop", types = UnmarkedApi.class)
    @ImportHttpServices(
            group = "orders",
            types = ReactiveApi.class,
            clientType = HttpServiceGroup.ClientType.WEB_CLIENT)
    static class WithDefaultRequest {
        @Bean
        RestClientHttpServiceGroupConfigurer blocking() {
            return groups ->
                    groups.forEachClient((group, client) -> client.defaultRequest(request -> failsOutsideOfACall()));
        }

        @Bean
        WebClientHttpServiceGroupConfigurer reactive() {
            return groups ->
                    groups.forEachClient((group, client) -> client.defaultRequest(request -> failsOutsideOfACall()));
        }
    }

    @Test
    void a_default_request_that_fails_at_the_start_leaves_the_base_url_to_the_properties() {
        runner.withConfiguration(AutoConfigurations.of(ReactiveHttpServiceClientAutoConfiguration.class))
                .withUserConfiguration(WithDefaultRequest.class)
                .withPropertyValues("spring.http.serviceclient.shop.base-url=mesh://orders/v1")
                .run(context -> {
                    UnmarkedApi shop = context.getBean(UnmarkedApi.class);
                    ReactiveApi reactive = context.getBean(ReactiveApi.class);
                    inCall = true;
                    assertThat(shop.order()).isEqualTo("orders/v1/orders/8");
                    assertThat(Objects.requireNonNull(reactive.here().block(Duration.ofMinutes(2)))
                                    .getBody())
                            .isEqualTo("orders/here");
                });
    }

    @Test
    void without_web_flux_on_the_class_path_groups_of_rest_clients_work() {
        runner.withClassLoader(new FilteredClassLoader("org.springframework.web.reactive"))
                .withUserConfiguration(Only.class)
                .run(context ->
                        assertThat(context.getBean(OrderApi.class).order()).isEqualTo("orders/orders/7"));
    }

    @Test
    void without_the_clients_of_boot_a_group_in_the_mesh_fails_the_start() {
        runner.withClassLoader(new FilteredClassLoader(HttpServiceClientProperties.class))
                .withUserConfiguration(Only.class)
                .run(context -> assertThat(NestedExceptionUtils.getMostSpecificCause(
                                Objects.requireNonNull(context.getStartupFailure())))
                        .hasMessageContaining(
                                "The group 'orders' of HTTP interfaces is in the mesh, and its client cannot"));
    }

    @Test
    void switched_off_the_interfaces_are_plain_clients(CapturedOutput output) {
        run(
                Only.class,
                context -> assertThat(context.getBean(OrderApi.class).order())
                        .isEqualTo("127.0.0.1:" + orders.port() + "/orders/7"),
                "mesh.enabled=false",
                "spring.http.serviceclient.orders.base-url=" + orders.url());
        assertThat(output).contains("plain clients: group orders -> orders");
    }

    @Test
    void a_mock_of_a_test_answers_in_place_of_the_mesh() {
        runner.withConfiguration(AutoConfigurations.of(MockRestServiceServerAutoConfiguration.class))
                .withPropertyValues("spring.test.restclient.mockrestserviceserver.enabled=true")
                .withUserConfiguration(Only.class)
                .run(context -> {
                    context.getBean(MockRestServiceServer.class)
                            .expect(MockRestRequestMatchers.requestTo("http://orders/orders/7"))
                            .andRespond(MockRestResponseCreators.withSuccess().body("of the mock"));
                    assertThat(context.getBean(OrderApi.class).order()).isEqualTo("of the mock");
                });
    }

    @Test
    void without_http_interfaces_on_the_class_path_there_is_nothing() {
        runner.withClassLoader(new FilteredClassLoader(RestClientHttpServiceGroupConfigurer.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(MeshGroups.class));
    }

    @Test
    void a_configurer_behind_that_of_the_mesh_fails_the_start() {
        runner.withUserConfiguration(Only.class)
                .withInitializer(context -> ((GenericApplicationContext) context)
                        .addBeanFactoryPostProcessor(beans -> ((DefaultListableBeanFactory) beans)
                                .registerBeanDefinition(
                                        "late",
                                        BeanDefinitionBuilder.genericBeanDefinition(LateConfigurer.class)
                                                .getBeanDefinition())))
                .run(context -> assertThat(NestedExceptionUtils.getMostSpecificCause(
                                Objects.requireNonNull(context.getStartupFailure())))
                        .isInstanceOf(MeshConfigurationException.class)
                        .hasMessageContaining("of groups of HTTP interfaces runs after that of the mesh"));
    }
}
