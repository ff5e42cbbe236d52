package dev.meshclient.spring.actuate;

import static dev.meshclient.spring.LongWait.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Mesh;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.LocalService;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshBuilderCustomizer;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import dev.meshclient.spring.web.OkHttpClientHttpRequestFactory;
import dev.meshclient.spring.webclient.OkHttpClientHttpConnector;
import dev.meshclient.telemetry.MeshTraces;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.GlobalObservationConvention;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.SenderContext;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import mockwebserver3.MockResponse;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

class MeshObservationAutoConfigurationTest {
    private static final String NAME = "mesh.client.attempt";

    private final AtomicInteger answers = new AtomicInteger();
    private final List<List<String>> traceparents = new CopyOnWriteArrayList<>();
    /** The first answer is 503, all others are 200. */
    private final LocalService orders = LocalService.answering(request -> {
        traceparents.add(request.getHeaders().values("traceparent"));
        int code = answers.incrementAndGet() == 1 ? 503 : 200;
        return new MockResponse.Builder().code(code).body("order 7").build();
    });

    private final Spans spans = new Spans();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ObservationAutoConfiguration.class,
                    MeshAutoConfiguration.class,
                    MeshClientAutoConfiguration.class,
                    MeshMetricsAutoConfiguration.class,
                    MeshObservationAutoConfiguration.class))
            .withBean(PolicySource.class, () -> PolicySource.of(orders.policy("orders")))
            .withBean(ObservationHandler.class, () -> spans)
            .withPropertyValues("mesh.snapshot.enabled=false");

    @AfterEach
    void stop() {
        orders.close();
    }

    /** Sets a header of each observation that is sent, as a tracer does, and keeps those that have ended. */
    private static final class Spans implements ObservationHandler<Observation.Context> {
        final List<Observation.Context> ended = new CopyOnWriteArrayList<>();
        private final AtomicInteger started = new AtomicInteger();

        @Override
        @SuppressWarnings("unchecked") // what it carries is for its setter alone
        public void onStart(Observation.Context context) {
            if (context instanceof SenderContext<?> sender && sender.getCarrier() != null) {
                SenderContext<Object> sent = (SenderContext<Object>) sender;
                sent.getSetter().set(sent.getCarrier(), "traceparent", "span-" + started.incrementAndGet());
            }
        }

        @Override
        public void onStop(Observation.Context context) {
            ended.add(context);
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }

        List<String> names() {
            return ended.stream().map(Observation.Context::getName).toList();
        }

        List<Observation.Context> attempts() {
            return ended.stream()
                    .filter(context -> context instanceof MeshAttemptContext)
                    .toList();
        }
    }

    private static OkHttpClient http(ApplicationContext context) throws IOException {
        Mesh mesh = context.getBean(Mesh.class);
        assertThat(mesh.awaitReady(Duration.ofMinutes(2))).isTrue();
        return mesh.wrap(new OkHttpClient());
    }

    private static String high(Observation.Context attempt, String key) {
        return requireNonNull(attempt.getHighCardinalityKeyValue(key)).getValue();
    }

    private static String keys(Observation.Context attempt) {
        List<String> keys = new ArrayList<>();
        attempt.getLowCardinalityKeyValues().forEach(key -> keys.add(key.getKey() + "=" + key.getValue()));
        return String.join(" ", keys);
    }

    @Test
    void each_attempt_of_a_rest_client_is_below_its_observation_and_sends_its_own_trace() {
        runner.run(context -> {
            RestClient client = RestClient.builder()
                    .observationRegistry(context.getBean(ObservationRegistry.class))
                    .requestFactory(new OkHttpClientHttpRequestFactory(http(context)))
                    .build();
            assertThat(client.get().uri("http://orders/7").retrieve().body(String.class))
                    .isEqualTo("order 7");
            assertThat(spans.names()).containsExactly(NAME, NAME, "http.client.requests");
            Observation.Context call = spans.ended.get(2);
            assertThat(spans.attempts()).allSatisfy(attempt -> assertThat(
                            requireNonNull(attempt.getParentObservation()).getContextView())
                    .isSameAs(call));
            assertThat(spans.attempts())
                    .extracting(MeshObservationAutoConfigurationTest::keys)
                    .containsExactly(
                            "http.response.status_code=503 mesh.backend=orders mesh.kind=first mesh.outcome=response"
                                    + " mesh.route=default mesh.service=orders mesh.zone=none",
                            "http.response.status_code=200 mesh.backend=orders mesh.kind=retry mesh.outcome=response"
                                    + " mesh.route=default mesh.service=orders mesh.zone=none");
            Observation.Context retry = spans.attempts().get(1);
            assertThat(retry.getContextualName()).isEqualTo("attempt orders");
            assertThat(high(retry, "mesh.attempt")).isEqualTo("2");
            assertThat(high(retry, "network.peer.address")).isEqualTo("127.0.0.1:" + orders.port());
            assertThat(high(retry, "mesh.retry")).startsWith("response 503, repeated after ");
            assertThat(high(retry, "mesh.pick")).isNotEqualTo("none");
            // span-1 is that of the call: Spring sets it on the request, and each attempt replaces it.
            assertThat(traceparents).containsExactly(List.of("span-2"), List.of("span-3"));
        });
    }

    @Test
    void each_attempt_of_a_web_client_is_below_its_observation() {
        runner.run(context -> {
            String answer = WebClient.builder()
                    .observationRegistry(context.getBean(ObservationRegistry.class))
                    .clientConnector(new OkHttpClientHttpConnector(http(context)))
                    .build()
                    .get()
                    .uri("http://orders/7")
                    .retrieve()
                    .bodyToMono(String.class)
                    .block(Duration.ofMinutes(2));
            assertThat(answer).isEqualTo("order 7");
            // the observation of the client ends after its answer is there
            await().untilAsserted(() -> assertThat(spans.names()).containsExactly(NAME, NAME, "http.client.requests"));
            assertThat(spans.attempts()).allSatisfy(attempt -> assertThat(
                            requireNonNull(attempt.getParentObservation()).getContextView())
                    .isSameAs(spans.ended.get(2)));
            assertThat(traceparents).containsExactly(List.of("span-2"), List.of("span-3"));
        });
    }

    @Test
    void an_asynchronous_call_is_below_the_observation_of_the_thread_that_makes_it() {
        runner.run(context -> {
            ObservationRegistry registry = context.getBean(ObservationRegistry.class);
            OkHttpClient http = http(context);
            CompletableFuture<Integer> status = new CompletableFuture<>();
            Observation caller = Observation.start("caller", registry);
            caller.scoped(() -> http.newCall(
                            new Request.Builder().url("http://orders/7").build())
                    .enqueue(new Callback() {
                        @Override
                        public void onResponse(Call call, Response response) {
                            response.close();
                            status.complete(registry.getCurrentObservation() == null ? response.code() : -1);
                        }

                        @Override
                        public void onFailure(Call call, IOException e) {
                            status.completeExceptionally(e);
                        }
                    }));
            assertThat(status.get(2, TimeUnit.MINUTES)).isEqualTo(200);
            assertThat(spans.attempts()).hasSize(2).allSatisfy(attempt -> assertThat(attempt.getParentObservation())
                    .isSameAs(caller));
        });
    }

    @Test
    void an_attempt_is_current_for_network_interceptors() {
        runner.run(context -> {
            ObservationRegistry registry = context.getBean(ObservationRegistry.class);
            List<String> current = new CopyOnWriteArrayList<>();
            OkHttpClient http = context.getBean(Mesh.class)
                    .wrap(new OkHttpClient.Builder()
                            .addNetworkInterceptor(chain -> {
                                current.add(requireNonNull(registry.getCurrentObservation())
                                        .getContextView()
                                        .getName());
                                return chain.proceed(chain.request());
                            })
                            .build());
            LocalService.get(http, "http://orders/7");
            assertThat(current).containsExactly(NAME, NAME);
            assertThat(registry.getCurrentObservation()).isNull();
        });
    }

    @Test
    void a_failure_of_the_connection_is_the_error_of_its_attempt() {
        orders.close(); // no one listens there any more
        runner.run(context -> {
            OkHttpClient http = http(context);
            assertThatThrownBy(() -> LocalService.get(http, "http://orders/7")).isInstanceOf(IOException.class);
            assertThat(spans.attempts()).isNotEmpty().allSatisfy(attempt -> {
                assertThat(attempt.getError()).isInstanceOf(IOException.class);
                assertThat(keys(attempt)).contains("http.response.status_code=none", "mesh.outcome=connect-failure");
            });
        });
    }

    @Test
    void boot_and_a_property_of_the_mesh_switch_it_off() {
        for (String off : List.of(
                "management.observations.enable.mesh.client.attempt=false", "mesh.observations.enabled=false")) {
            runner.withPropertyValues(off).run(context -> {
                LocalService.get(http(context), "http://orders/7");
                assertThat(spans.ended).isEmpty();
            });
        }
        runner.withPropertyValues("mesh.enabled=false")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void spans_of_the_mesh_replace_it() {
        runner.withBean(MeshTraces.class, () -> MeshTraces.of(OpenTelemetry.noop()))
                .run(context -> {
                    LocalService.get(http(context), "http://orders/7");
                    assertThat(spans.ended).isEmpty();
                });
    }

    @Test
    void it_is_no_second_timer_beside_the_metrics_of_the_mesh() {
        afterACall("mesh.metrics.enabled=true", meters -> {
            assertThat(meters.find("mesh.client.attempts").timers()).isNotEmpty();
            assertThat(meters.find(NAME).timers()).isEmpty();
        });
        afterACall(
                "mesh.metrics.enabled=false",
                meters -> assertThat(meters.find(NAME).timers()).isNotEmpty());
    }

    private void afterACall(String property, Consumer<MeterRegistry> check) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        runner.withPropertyValues(property)
                .withBean(MeterRegistry.class, () -> meters)
                .withBean(DefaultMeterObservationHandler.class, () -> new DefaultMeterObservationHandler(meters))
                .run(context -> {
                    context.getBeanProvider(MeterFilter.class).forEach(meters.config()::meterFilter); // as Boot does
                    LocalService.get(http(context), "http://orders/7");
                    check.accept(meters);
                });
    }

    private static final class OwnConvention implements GlobalObservationConvention<MeshAttemptContext> {
        @Override
        public boolean supportsContext(Observation.Context context) {
            return context instanceof MeshAttemptContext;
        }

        @Override
        public String getName() {
            return "own";
        }
    }

    @Test
    void a_convention_of_the_application_replaces_its_name() {
        runner.withBean(GlobalObservationConvention.class, OwnConvention::new).run(context -> {
            LocalService.get(http(context), "http://orders/7");
            assertThat(spans.names()).containsExactly("own", "own");
        });
    }

    @Test
    void without_the_registry_of_observations_or_its_jar_the_mesh_works_as_before() {
        ApplicationContextRunner plain = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        MeshAutoConfiguration.class,
                        MeshClientAutoConfiguration.class,
                        MeshObservationAutoConfiguration.class))
                .withBean(PolicySource.class, () -> PolicySource.of(orders.policy("orders")))
                .withPropertyValues("mesh.snapshot.enabled=false");
        plain.run(context ->
                assertThat(LocalService.get(http(context), "http://orders/7")).isEqualTo("order 7"));
        plain.withClassLoader(new FilteredClassLoader(ObservationRegistry.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(MeshBuilderCustomizer.class));
    }

    @Test
    void a_property_with_a_bad_value_ends_the_start() {
        runner.withPropertyValues("mesh.observations.enabled=perhaps")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("perhaps"));
    }
}
