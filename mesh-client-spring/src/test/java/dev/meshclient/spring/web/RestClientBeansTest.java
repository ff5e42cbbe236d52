package dev.meshclient.spring.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.spring.LocalService;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClient;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import java.net.SocketTimeoutException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientBuilderConfigurer;
import org.springframework.boot.restclient.test.autoconfigure.MockRestServiceServerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.client.MockRestServiceServer;
import org.springframework.test.web.client.match.MockRestRequestMatchers;
import org.springframework.test.web.client.response.MockRestResponseCreators;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.util.DefaultUriBuilderFactory;

@ExtendWith(OutputCaptureExtension.class)
class RestClientBeansTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MeshAutoConfiguration.class,
                    MeshClientAutoConfiguration.class,
                    MeshRestClientAutoConfiguration.class,
                    HttpClientAutoConfiguration.class,
                    ImperativeHttpClientAutoConfiguration.class,
                    RestClientAutoConfiguration.class))
            .withPropertyValues("mesh.snapshot.enabled=false", "orders.host=orders");

    private ApplicationContextRunner calling(LocalService orders) {
        return runner.withPropertyValues("mesh.client.services.orders.url=" + orders.url());
    }

    private static @Nullable String get(AssertableApplicationContext context, String bean, String url) {
        RestClient client = context.getBean(bean, RestClient.Builder.class).build();
        return client.get().uri(url).retrieve().body(String.class);
    }

    record Checkout(RestClient.Builder orders, RestTemplate template, RestClient.Builder boots) {}

    @Configuration(proxyBeanMethods = false)
    static class BuilderOfAnotherHost {
        @Bean(defaultCandidate = false)
        @MeshClient("orders")
        RestClient.Builder builder() {
            return RestClient.builder().baseUrl("http://orders.prod.svc:8080/v1");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TemplateOfAnotherHost {
        @Bean
        @MeshClient("orders")
        RestTemplate template() {
            return new RestTemplateBuilder()
                    .uriTemplateHandler(new DefaultUriBuilderFactory("http://orders.prod.svc:8080/v1"))
                    .build();
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {BuilderOfAnotherHost.class, TemplateOfAnotherHost.class})
    void a_base_url_with_another_host_is_refused(Class<?> client) {
        try (LocalService orders = LocalService.answering("order 7")) {
            calling(orders).withUserConfiguration(client).run(context -> assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining(
                            "with @MeshClient(\"orders\") has the base URL 'http://orders.prod.svc:8080/v1")
                    .hasMessageContaining("whose host is another one: its calls would bypass the mesh."));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class EachKind {
        @Bean(defaultCandidate = false)
        @MeshClient("${orders.host}")
        RestClient.Builder builder(RestClientBuilderConfigurer boot) {
            return boot.configure(RestClient.builder());
        }

        @Bean(defaultCandidate = false)
        @Scope("prototype")
        @MeshClient(value = "orders", variant = "prototype")
        RestClient.Builder prototype() {
            return RestClient.builder();
        }

        @Bean(defaultCandidate = false)
        @Scope(value = "prototype", proxyMode = ScopedProxyMode.INTERFACES)
        @MeshClient(value = "orders", variant = "scoped")
        RestClient.Builder scoped() {
            return RestClient.builder();
        }

        @Bean(defaultCandidate = false)
        @MeshClient(value = "orders", variant = "versioned")
        RestClient.Builder withBaseUrl() {
            return RestClient.builder().baseUrl("http://{host}/v1");
        }

        @Bean
        @MeshClient("orders")
        RestTemplate template() {
            return new RestTemplate();
        }

        @Bean
        @MeshClient(value = "orders", variant = "versioned")
        RestTemplate templateWithBaseUrl() {
            return new RestTemplateBuilder()
                    .uriTemplateHandler(new DefaultUriBuilderFactory("http://orders/v1"))
                    .build();
        }

        @Bean
        Checkout checkout(
                @MeshClient("${orders.host}") RestClient.Builder orders,
                @MeshClient("orders") RestTemplate template,
                RestClient.Builder boots) {
            return new Checkout(orders, template, boots);
        }
    }

    @Test
    void builders_and_templates_call_their_service_and_boots_own_builder_stays(CapturedOutput output) {
        try (LocalService orders = LocalService.answering(request -> new MockResponse.Builder()
                .body(request.getHeaders().get("Host") + request.getTarget())
                .build())) {
            calling(orders).withUserConfiguration(EachKind.class).run(context -> {
                assertThat(context).hasNotFailed();
                for (String bean : new String[] {"builder", "prototype", "scoped"}) {
                    assertThat(get(context, bean, "/7")).as(bean).isEqualTo("orders/7");
                    assertThat(get(context, bean, "http://orders/8")).as(bean).isEqualTo("orders/8");
                }
                RestClient versioned =
                        context.getBean("withBaseUrl", RestClient.Builder.class).build();
                assertThat(versioned.get().uri("/7", "orders").retrieve().body(String.class))
                        .isEqualTo("orders/v1/7");
                Checkout checkout = context.getBean(Checkout.class);
                assertThat(checkout.orders()).isSameAs(context.getBean("builder"));
                assertThat(checkout.template().getForObject("/{id}", String.class, 7))
                        .isEqualTo("orders/7");
                assertThat(checkout.template().getForObject("http://orders/8", String.class))
                        .isEqualTo("orders/8");
                assertThat(context.getBean("templateWithBaseUrl", RestTemplate.class)
                                .getForObject("/7", String.class))
                        .isEqualTo("orders/v1/7");
                String direct = orders.url() + "/9";
                assertThat(checkout.boots().build().get().uri(direct).retrieve().body(String.class))
                        .isEqualTo("127.0.0.1:" + orders.port() + "/9");
                assertThat(output)
                        .contains("clients builder -> orders, prototype -> orders, scopedTarget.scoped -> orders,"
                                + " template -> orders, templateWithBaseUrl -> orders, withBaseUrl -> orders")
                        .doesNotContain("not eligible for getting processed")
                        .doesNotContain("replaces Boot's own");
            });
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class DefaultCandidate {
        @Bean
        @MeshClient("${orders.host}")
        RestClient.Builder ordersBuilder() {
            return RestClient.builder();
        }
    }

    @Test
    void a_builder_that_makes_boots_own_back_off_is_warned_of(CapturedOutput output) {
        try (LocalService orders = LocalService.answering("order 7")) {
            calling(orders).withUserConfiguration(DefaultCandidate.class).run(context -> assertThat(output)
                    .containsOnlyOnce(
                            "the bean 'ordersBuilder' replaces Boot's own org.springframework.web.client.RestClient.Builder,"
                                    + " so that injection points without @MeshClient get a client of one service; declare it"
                                    + " with @Bean(defaultCandidate = false)"));
        }
    }

    @Test
    void switched_off_a_client_calls_the_same_urls_without_the_mesh() {
        try (LocalService orders = LocalService.answering("order 7")) {
            runner.withPropertyValues("mesh.enabled=false", "orders.host=127.0.0.1:" + orders.port())
                    .withUserConfiguration(DefaultCandidate.class)
                    .run(context ->
                            assertThat(get(context, "ordersBuilder", "/7")).isEqualTo("order 7"));
        }
    }

    @Test
    void without_boots_module_of_http_clients_other_types_work() {
        try (LocalService orders = LocalService.answering("order 7")) {
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(
                            MeshAutoConfiguration.class,
                            MeshClientAutoConfiguration.class,
                            MeshRestClientAutoConfiguration.class))
                    .withClassLoader(new FilteredClassLoader(HttpClientSettings.class))
                    .withPropertyValues(
                            "mesh.snapshot.enabled=false", "mesh.client.services.orders.url=" + orders.url())
                    .run(context ->
                            assertThat(context).hasNotFailed().doesNotHaveBean(MeshRestClientAutoConfiguration.class));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnBase {
        static final AtomicInteger CALLS = new AtomicInteger();

        @Bean(defaultCandidate = false)
        OkHttpClient meshHttpClient() {
            return new OkHttpClient.Builder()
                    .addInterceptor(chain -> {
                        CALLS.incrementAndGet();
                        return chain.proceed(chain.request());
                    })
                    .build();
        }
    }

    @Test
    void a_bean_named_meshHttpClient_replaces_the_client_below_all_of_them() {
        try (LocalService orders = LocalService.answering("order 7")) {
            OwnBase.CALLS.set(0);
            calling(orders).withUserConfiguration(EachKind.class, OwnBase.class).run(context -> {
                get(context, "builder", "/7");
                context.getBean("template", RestTemplate.class).getForObject("/7", String.class);
                assertThat(OwnBase.CALLS).hasValue(2);
            });
        }
    }

    @Test
    void settings_of_spring_http_clients_reach_clients_in_the_mesh() {
        CountDownLatch end = new CountDownLatch(1);
        try (LocalService orders = LocalService.answering(request -> {
            if (request.getTarget().equals("/moved")) {
                return new MockResponse.Builder()
                        .code(302)
                        .setHeader("Location", "/7")
                        .build();
            }
            try {
                end.await(2, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new MockResponse.Builder().body("late").build();
        })) {
            calling(orders)
                    .withPropertyValues(
                            "spring.http.clients.redirects=dont-follow", "spring.http.clients.read-timeout=200ms")
                    .withUserConfiguration(DefaultCandidate.class)
                    .run(context -> {
                        RestClient client =
                                context.getBean(RestClient.Builder.class).build();
                        assertThat(client.get()
                                        .uri("/moved")
                                        .retrieve()
                                        .toBodilessEntity()
                                        .getStatusCode())
                                .isEqualTo(HttpStatus.FOUND);
                        Throwable late = catchThrowable(
                                () -> client.get().uri("/7").retrieve().toBodilessEntity());
                        end.countDown();
                        assertThat(late).hasCauseInstanceOf(SocketTimeoutException.class);
                    });
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Template {
        @Bean
        @MeshClient("orders")
        RestTemplate template() {
            return new RestTemplateBuilder()
                    .additionalInterceptors((request, body, execution) -> execution.execute(request, body))
                    .build();
        }
    }

    /** Boot has bound neither of them to the mock: their methods do not use its configurers. */
    @Test
    void a_mock_server_of_a_test_answers_in_place_of_the_mesh() {
        for (Class<?> kind : new Class<?>[] {DefaultCandidate.class, Template.class}) {
            runner.withConfiguration(AutoConfigurations.of(MockRestServiceServerAutoConfiguration.class))
                    .withPropertyValues(
                            "spring.test.restclient.mockrestserviceserver.enabled=true",
                            "mesh.client.services.orders.url=http://127.0.0.1:1")
                    .withUserConfiguration(kind)
                    .run(context -> {
                        RestClient client = kind == Template.class
                                ? RestClient.create(context.getBean(RestTemplate.class))
                                : context.getBean(RestClient.Builder.class).build();
                        context.getBean(MockRestServiceServer.class)
                                .expect(MockRestRequestMatchers.requestTo("http://orders/7"))
                                .andRespond(
                                        MockRestResponseCreators.withSuccess().body("mocked"));
                        assertThat(client.get().uri("/7").retrieve().body(String.class))
                                .isEqualTo("mocked");
                    });
        }
    }
}
