package dev.meshclient.spring.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.MeshOptions;
import dev.meshclient.spring.LocalService;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClient;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import dev.meshclient.spring.MeshConfigurationException;
import dev.meshclient.spring.web.OkHttpClientHttpRequestFactory;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientPropertiesAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.service.HttpServiceClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.registry.ImportHttpServices;

@ExtendWith(OutputCaptureExtension.class)
class MethodOptionsTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MeshAutoConfiguration.class,
                    MeshClientAutoConfiguration.class,
                    MeshHttpServiceAutoConfiguration.class,
                    HttpServiceClientPropertiesAutoConfiguration.class,
                    HttpServiceClientAutoConfiguration.class))
            .withPropertyValues("mesh.snapshot.enabled=false", "orders.timeout=3m");

    interface Inherited {
        @GetExchange("/inherited")
        String inherited();
    }

    @Retention(RetentionPolicy.RUNTIME)
    @MeshRetry(idempotent = true)
    @interface Idempotent {}

    @MeshClient("orders")
    @MeshTimeout("5m")
    interface OrderApi extends Inherited {
        @GetExchange("/type")
        String ofType();

        @MeshTimeout("${orders.timeout}")
        @PostExchange("/method")
        @Idempotent
        String ofMethod();

        @GetExchange("/caller")
        @MeshRetry(off = true)
        String ofCaller(@RequestAttribute("dev.meshclient.MeshOptions") @Nullable MeshOptions options);

        @PostExchange("/unsafe")
        String unsafe();

        @GetExchange("/once")
        @MeshRetry(off = true)
        String once();

        @GetExchange("/twice")
        @MeshRetry(maxAttempts = "${orders.attempts:2}")
        String twice(@RequestAttribute("dev.meshclient.MeshOptions") @Nullable MeshOptions options);

        @GetExchange("/slow")
        @MeshTimeout("100ms")
        String slow();

        default String helper() {
            return ofType();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportMeshClients(OrderApi.class)
    static class Orders {
        final List<@Nullable Object> seen = new ArrayList<>();

        /** Records the options of each request. */
        @Bean
        RestClientHttpServiceGroupConfigurer recording() {
            return groups ->
                    groups.forEachClient((group, client) -> client.requestInterceptor((request, body, next) -> {
                        seen.add(request.getAttributes().get(OkHttpClientHttpRequestFactory.MESH_OPTIONS));
                        return next.execute(request, body);
                    }));
        }
    }

    @Test
    void each_request_has_the_options_of_its_method_or_else_of_its_interface() {
        try (LocalService orders = LocalService.answering("order 7")) {
            runner.withPropertyValues("mesh.client.services.orders.url=" + orders.url())
                    .withUserConfiguration(Orders.class)
                    .run(context -> {
                        OrderApi api = context.getBean(OrderApi.class);
                        api.ofType();
                        api.inherited();
                        api.ofMethod();
                        api.ofCaller(MeshOptions.DEFAULT
                                .withTimeout(Duration.ofMinutes(1))
                                .withHashKey("7"));
                        api.ofCaller(MeshOptions.DEFAULT.withTimeout(Duration.ofMinutes(7)));
                        MeshOptions ofType = MeshOptions.DEFAULT.withTimeout(Duration.ofMinutes(5));
                        MeshOptions ofMethod = MeshOptions.DEFAULT
                                .withTimeout(Duration.ofMinutes(3))
                                .withIdempotent();
                        MeshOptions ofCaller = MeshOptions.DEFAULT
                                .withTimeout(Duration.ofMinutes(1))
                                .withHashKey("7")
                                .withoutRetries();
                        assertThat(context.getBean(Orders.class).seen)
                                .extracting(String::valueOf)
                                .containsExactly(
                                        ofType.toString(),
                                        ofType.toString(),
                                        ofMethod.toString(),
                                        ofCaller.toString(),
                                        ofType.withoutRetries().toString());
                    });
        }
    }

    @Test
    void the_mesh_retries_a_post_that_is_stated_to_be_idempotent_and_no_request_with_retries_off() {
        AtomicInteger requests = new AtomicInteger();
        try (LocalService orders = LocalService.answering(request -> new MockResponse.Builder()
                .code(requests.incrementAndGet() % 2 == 1 ? 503 : 200)
                .body("order 7")
                .build())) {
            runner.withPropertyValues("mesh.client.services.orders.url=" + orders.url())
                    .withUserConfiguration(Orders.class)
                    .run(context -> {
                        OrderApi api = context.getBean(OrderApi.class);
                        assertThat(api.ofMethod()).isEqualTo("order 7");
                        assertThat(requests).hasValue(2);
                        assertThat(catchThrowable(api::unsafe)).isInstanceOf(HttpServerErrorException.class);
                        assertThat(requests).hasValue(3);
                        requests.set(0);
                        assertThat(catchThrowable(api::once)).isInstanceOf(HttpServerErrorException.class);
                        assertThat(requests).hasValue(1);
                    });
        }
    }

    @Test
    void the_mesh_makes_no_more_attempts_than_a_method_or_its_caller_allows() {
        AtomicInteger requests = new AtomicInteger();
        try (LocalService orders = LocalService.answering(request -> {
            requests.incrementAndGet();
            return new MockResponse.Builder().code(503).build();
        })) {
            runner.withPropertyValues("mesh.client.services.orders.url=" + orders.url())
                    .withUserConfiguration(Orders.class)
                    .run(context -> {
                        OrderApi api = context.getBean(OrderApi.class);
                        assertThat(attempts(requests, () -> api.twice(null))).isEqualTo(2);
                        assertThat(attempts(requests, () -> api.twice(MeshOptions.DEFAULT.withMaxAttempts(1))))
                                .isEqualTo(1);
                        assertThat(attempts(requests, () -> api.twice(MeshOptions.DEFAULT.withMaxAttempts(3))))
                                .isEqualTo(2);
                    });
            runner.withPropertyValues("mesh.client.services.orders.url=" + orders.url(), "orders.attempts=9")
                    .withUserConfiguration(Orders.class)
                    .run(context -> assertThat(attempts(requests, () -> context.getBean(OrderApi.class)
                                    .twice(null)))
                            .as("the built-in policy")
                            .isEqualTo(3));
        }
    }

    private static int attempts(AtomicInteger requests, ThrowingCallable call) {
        requests.set(0);
        assertThat(catchThrowable(call)).isInstanceOf(HttpServerErrorException.class);
        return requests.get();
    }

    @Test
    void a_call_ends_with_its_timeout() {
        CountDownLatch over = new CountDownLatch(1);
        try (LocalService orders = LocalService.answering(request -> answerAfter(over, request))) {
            runner.withPropertyValues("mesh.client.services.orders.url=" + orders.url())
                    .withUserConfiguration(Orders.class)
                    .run(context -> assertThat(catchThrowable(context.getBean(OrderApi.class)::slow))
                            .isInstanceOf(ResourceAccessException.class)
                            .rootCause()
                            .isInstanceOf(DeadlineExceeded.class)
                            .hasMessageContaining("within 100 ms"));
            over.countDown();
        }
    }

    private static MockResponse answerAfter(CountDownLatch over, RecordedRequest request) {
        try {
            over.await(2, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return new MockResponse.Builder().body(request.getTarget()).build();
    }

    @MeshClient("orders")
    interface BadDuration {
        @MeshTimeout("${orders.timeout}")
        @GetExchange("/x")
        String find();
    }

    @MeshClient("orders")
    interface NoExchange {
        @GetExchange("/x")
        String find();

        @MeshRetry(idempotent = true)
        default String again() {
            return find();
        }
    }

    @MeshClient("orders")
    interface StatesNothing {
        @MeshRetry
        @GetExchange("/x")
        String find();
    }

    @MeshClient("orders")
    interface BadNumber {
        @MeshRetry(maxAttempts = "${orders.attempts:0}")
        @GetExchange("/x")
        String find();
    }

    @MeshClient("orders")
    interface OffAndLimited {
        @MeshRetry(off = true, maxAttempts = "2")
        @GetExchange("/x")
        String find();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportMeshClients(BadNumber.class)
    static class OfBadNumber {}

    @Configuration(proxyBeanMethods = false)
    @ImportMeshClients(OffAndLimited.class)
    static class OfOffAndLimited {}

    @MeshTimeout("1s")
    interface Slow extends Inherited {}

    @MeshTimeout("2s")
    @MeshClient("orders")
    interface Slower extends Inherited {}

    @Configuration(proxyBeanMethods = false)
    @ImportMeshClients(BadDuration.class)
    static class OfBadDuration {}

    @Configuration(proxyBeanMethods = false)
    @ImportMeshClients(NoExchange.class)
    static class OfNoExchange {}

    @Configuration(proxyBeanMethods = false)
    @ImportMeshClients(StatesNothing.class)
    static class OfStatesNothing {}

    @Configuration(proxyBeanMethods = false)
    @ImportHttpServices(
            group = "orders",
            types = {Slow.class, Slower.class})
    static class OfTwo {}

    @Configuration(proxyBeanMethods = false)
    @ImportHttpServices(group = "shop", types = Slow.class)
    static class Outside {}

    private void fails(Class<?> configuration, String message, String... properties) {
        runner.withPropertyValues("mesh.client.services.orders.url=http://127.0.0.1:1")
                .withPropertyValues(properties)
                .withUserConfiguration(configuration)
                .run(context -> assertThat(NestedExceptionUtils.getMostSpecificCause(
                                Objects.requireNonNull(context.getStartupFailure())))
                        .isInstanceOf(MeshConfigurationException.class)
                        .hasMessageContaining(message));
    }

    @Test
    void an_annotation_without_effect_fails_the_start_and_the_message_names_the_method() {
        fails(
                OfNoExchange.class,
                NoExchange.class.getName() + ".again has @MeshTimeout or @MeshRetry, and is no HTTP exch");
        fails(OfStatesNothing.class, StatesNothing.class.getName() + ".find has a @MeshRetry that states nothing.");
        fails(OfTwo.class, Inherited.class.getName() + ".inherited is inherited by two interfaces of one group");
        fails(
                Outside.class,
                Slow.class.getName() + " has @MeshTimeout or @MeshRetry, which has no effect: its group 'shop'",
                "spring.http.serviceclient.shop.base-url=http://shop.example.com");
        String attempts = BadNumber.class.getName() + ".find has @MeshRetry(maxAttempts = \"${orders.attempts:0}\"): ";
        fails(OfBadNumber.class, attempts + "a call has at least one attempt. State a whole number greater than zero");
        fails(OfBadNumber.class, attempts + "For input string: \"two\".", "orders.attempts=two");
        fails(
                OfOffAndLimited.class,
                OffAndLimited.class.getName() + ".find has a @MeshRetry with off = true and maxAttempts = \"2\".");
        fails(OfBadDuration.class, "a timeout is greater than zero", "orders.timeout=0s");
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        MeshAutoConfiguration.class,
        MeshClientAutoConfiguration.class,
        MeshHttpServiceAutoConfiguration.class
    })
    @ImportMeshClients(BadDuration.class)
    static class App {}

    @Test
    void a_bad_duration_is_printed_with_its_method(CapturedOutput output) {
        SpringApplication app = new SpringApplication(App.class);
        app.setWebApplicationType(WebApplicationType.NONE);
        assertThat(catchThrowable(() -> app.run(
                                "--mesh.client.services.orders.url=http://127.0.0.1:1",
                                "--mesh.snapshot.enabled=false",
                                "--orders.timeout=soon")
                        .close()))
                .isNotNull();
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains(BadDuration.class.getName()
                        + ".find has @MeshTimeout(\"${orders.timeout}\"): 'soon' is not a valid" + " duration.")
                .contains("State a duration such as 250ms or 2s, or a placeholder of one.");
    }
}
