package dev.meshclient.spring.webclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.spring.LocalService;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClient;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;

@ExtendWith(OutputCaptureExtension.class)
class WebClientBeansTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MeshAutoConfiguration.class,
                    MeshClientAutoConfiguration.class,
                    MeshWebClientAutoConfiguration.class,
                    HttpClientAutoConfiguration.class,
                    ReactiveHttpClientAutoConfiguration.class,
                    WebClientAutoConfiguration.class))
            .withPropertyValues("mesh.snapshot.enabled=false", "orders.host=orders");

    private static LocalService service() {
        return LocalService.answering(request -> new MockResponse.Builder()
                .body(request.getHeaders().get("Host") + request.getTarget())
                .build());
    }

    private ApplicationContextRunner calling(LocalService orders) {
        return runner.withPropertyValues("mesh.client.services.orders.url=" + orders.url());
    }

    private static @Nullable String get(WebClient.Builder client, String url, Object... variables) {
        return client.build()
                .get()
                .uri(url, variables)
                .retrieve()
                .bodyToMono(String.class)
                .block(LONG);
    }

    record Checkout(WebClient.Builder orders, WebClient.Builder boots) {}

    @Configuration(proxyBeanMethods = false)
    static class EachKind {
        @Bean(defaultCandidate = false)
        @MeshClient("${orders.host}")
        WebClient.Builder builder(WebClient.Builder boot) {
            return boot;
        }

        @Bean(defaultCandidate = false)
        @Scope("prototype")
        @MeshClient(value = "orders", variant = "prototype")
        WebClient.Builder prototype() {
            return WebClient.builder();
        }

        @Bean(defaultCandidate = false)
        @MeshClient(value = "orders", variant = "versioned")
        WebClient.Builder withBaseUrl() {
            return WebClient.builder().baseUrl("http://{host}/v1");
        }

        @Bean(defaultCandidate = false)
        @MeshClient(value = "orders", variant = "unknown")
        WebClient.Builder withDefaultRequest() {
            return WebClient.builder().baseUrl("http://orders/v2").defaultRequest(request -> {
                throw new IllegalStateException("not in a call");
            });
        }

        @Bean
        Checkout checkout(@MeshClient("${orders.host}") WebClient.Builder orders, WebClient.Builder boots) {
            return new Checkout(orders, boots);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class AnotherHost {
        @Bean(defaultCandidate = false)
        @MeshClient("orders")
        WebClient.Builder builder() {
            return WebClient.builder().baseUrl("http://orders.prod.svc:8080/v1");
        }
    }

    @Test
    void a_base_url_with_another_host_is_refused() {
        try (LocalService orders = service()) {
            calling(orders).withUserConfiguration(AnotherHost.class).run(context -> assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining(
                            "has the base URL 'http://orders.prod.svc:8080/v1', whose host is another one"));
        }
    }

    @Test
    void the_threads_that_read_responses_end_with_the_context() {
        CompletableFuture<Thread> reader = new CompletableFuture<>();
        try (LocalService orders = service()) {
            calling(orders).withUserConfiguration(EachKind.class).run(context -> context.getBean(
                            "builder", WebClient.Builder.class)
                    .build()
                    .get()
                    .retrieve()
                    .bodyToFlux(DataBuffer.class)
                    .doOnNext(buffer -> reader.complete(Thread.currentThread()))
                    .blockLast(LONG));
        }
        Thread ended = reader.join();
        assertThat(ended.getName()).startsWith("mesh-webclient-body-");
        assertThatNoException().isThrownBy(() -> ended.join(30_000));
        assertThat(ended.isAlive()).isFalse();
    }

    @Test
    void builders_call_their_service_and_boots_own_builder_stays(CapturedOutput output) {
        try (LocalService orders = service()) {
            calling(orders).withUserConfiguration(EachKind.class).run(context -> {
                assertThat(context).hasNotFailed();
                for (String bean : new String[] {"builder", "prototype"}) {
                    WebClient.Builder builder = context.getBean(bean, WebClient.Builder.class);
                    assertThat(get(builder, "/7")).as(bean).isEqualTo("orders/7");
                    assertThat(get(builder, "http://orders/8")).as(bean).isEqualTo("orders/8");
                }
                assertThat(get(context.getBean("withBaseUrl", WebClient.Builder.class), "/7", "orders"))
                        .isEqualTo("orders/v1/7");
                Checkout checkout = context.getBean(Checkout.class);
                assertThat(checkout.orders()).isSameAs(context.getBean("builder"));
                assertThat(get(checkout.boots(), orders.url() + "/9"))
                        .isEqualTo(orders.url().substring(7) + "/9");
                assertThat(output).contains("builder -> orders").doesNotContain("defaultCandidate");
            });
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class CallsAtItsEnd implements SmartInitializingSingleton, DisposableBean {
        private final ObjectProvider<WebClient.Builder> provider;
        private final Queue<String> answers = new ConcurrentLinkedQueue<>();
        private final Queue<Thread> readers = new ConcurrentLinkedQueue<>();
        private WebClient orders = WebClient.create();

        CallsAtItsEnd(@MeshClient("orders") ObjectProvider<WebClient.Builder> provider) {
            this.provider = provider;
        }

        @Bean(defaultCandidate = false)
        @MeshClient("orders")
        static WebClient.Builder builder() {
            return WebClient.builder();
        }

        @Override
        public void afterSingletonsInstantiated() {
            orders = provider.getObject().build();
        }

        @Override
        public void destroy() {
            answers.add(orders.get()
                    .uri("/last")
                    .retrieve()
                    .bodyToFlux(DataBuffer.class)
                    .doOnNext(buffer -> readers.add(Thread.currentThread()))
                    .map(buffer -> buffer.toString(StandardCharsets.UTF_8))
                    .blockLast(LONG));
        }
    }

    @Test
    void a_bean_that_is_destroyed_can_still_call_and_then_threads_and_connections_end() throws InterruptedException {
        try (LocalService orders = service()) {
            CallsAtItsEnd[] caller = new CallsAtItsEnd[1];
            OkHttpClient[] below = new OkHttpClient[1];
            calling(orders).withUserConfiguration(CallsAtItsEnd.class).run(context -> {
                caller[0] = context.getBean(CallsAtItsEnd.class);
                below[0] = context.getBean("meshHttpClient", OkHttpClient.class);
                assertThat(below[0].dispatcher().getMaxRequests()).isEqualTo(2_000);
                assertThat(below[0].dispatcher().getMaxRequestsPerHost()).isEqualTo(2_000);
            });
            assertThat(caller[0].answers).containsExactly("orders/last");
            assertThat(below[0].dispatcher().executorService().isShutdown()).isTrue();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TakesBootsPlace {
        @Bean
        @MeshClient("orders")
        WebClient.Builder builder() {
            return WebClient.builder();
        }
    }

    @Test
    void a_builder_that_takes_the_place_of_boots_is_warned_about(CapturedOutput output) {
        try (LocalService orders = service()) {
            calling(orders).withUserConfiguration(TakesBootsPlace.class).run(context -> {
                assertThat(context).hasNotFailed();
                assertThat(output).contains("defaultCandidate = false");
            });
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Built {
        @Bean
        @MeshClient("orders")
        WebClient client() {
            return WebClient.create();
        }
    }

    @Test
    void a_client_that_is_built_already_is_refused_with_the_right_declaration() {
        runner.withPropertyValues("mesh.client.services.orders.url=http://127.0.0.1:1")
                .withUserConfiguration(Built.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("'client'")
                        .hasMessageContaining("WebClient"));
    }

    @Test
    void without_the_mesh_the_base_url_is_the_same_and_boots_transport_calls_it() {
        runner.withPropertyValues("mesh.enabled=false")
                .withUserConfiguration(EachKind.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    WebClient.Builder builder = context.getBean("builder", WebClient.Builder.class)
                            .filter((request, next) -> {
                                throw new IllegalStateException(request.url().toString());
                            });
                    assertThat(catchThrowable(() -> get(builder, "/7"))).hasMessage("http://orders/7");
                });
    }

    @Test
    void boots_settings_reach_the_client_below() {
        try (LocalService orders =
                LocalService.answering(request -> request.getTarget().equals("/7")
                        ? new MockResponse.Builder()
                                .code(302)
                                .addHeader("Location", "/8")
                                .build()
                        : new MockResponse.Builder().body("followed").build())) {
            for (boolean follow : new boolean[] {true, false}) {
                calling(orders)
                        .withPropertyValues("spring.http.clients.redirects=" + (follow ? "follow" : "dont-follow"))
                        .withUserConfiguration(EachKind.class)
                        .run(context -> assertThat(get(context.getBean("builder", WebClient.Builder.class), "/7"))
                                .isEqualTo(follow ? "followed" : null));
            }
        }
    }

    @Test
    void more_calls_than_okhttps_limit_for_a_host_run_at_a_time() {
        CountDownLatch all = new CountDownLatch(8);
        try (LocalService orders = LocalService.answering(request -> {
            all.countDown();
            try {
                return new MockResponse.Builder()
                        .code(all.await(2, TimeUnit.MINUTES) ? 200 : 500)
                        .build();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        })) {
            calling(orders).withUserConfiguration(EachKind.class).run(context -> {
                WebClient client =
                        context.getBean("builder", WebClient.Builder.class).build();
                assertThat(Flux.range(0, 8)
                                .flatMap(
                                        i -> client.get()
                                                .uri("/" + i)
                                                .retrieve()
                                                .toBodilessEntity(),
                                        8)
                                .count()
                                .block(LONG))
                        .isEqualTo(8);
            });
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void its_threads_are_virtual_if_those_of_the_application_are() {
        try (LocalService orders = service()) {
            calling(orders)
                    .withPropertyValues("spring.threads.virtual.enabled=true")
                    .withUserConfiguration(EachKind.class)
                    .run(context -> {
                        Queue<String> threads = new ConcurrentLinkedQueue<>();
                        context.getBean("builder", WebClient.Builder.class)
                                .build()
                                .get()
                                .uri("/7")
                                .exchangeToFlux(response -> {
                                    threads.add(Thread.currentThread().toString());
                                    return response.bodyToFlux(DataBuffer.class);
                                })
                                .doOnNext(buffer ->
                                        threads.add(Thread.currentThread().toString()))
                                .blockLast(LONG);
                        assertThat(threads).hasSize(2).allMatch(thread -> thread.startsWith("VirtualThread["));
                    });
        }
    }

    @Test
    void nothing_is_contributed_without_webclient() {
        runner.withPropertyValues("mesh.client.services.orders.url=http://127.0.0.1:1")
                .withClassLoader(new FilteredClassLoader(WebClient.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(MeshWebClientAutoConfiguration.class)
                        .hasSingleBean(OkHttpClient.class));
    }
}
