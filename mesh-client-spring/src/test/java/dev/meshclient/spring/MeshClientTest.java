package dev.meshclient.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Mesh;
import dev.meshclient.PolicyUnavailable;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Scope;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.StandardEnvironment;

@ExtendWith(OutputCaptureExtension.class)
class MeshClientTest {
    private static final String URL = "http://orders/7";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(MeshAutoConfiguration.class, MeshClientAutoConfiguration.class))
            .withPropertyValues("mesh.snapshot.enabled=false");

    private void run(Class<?> configuration, ContextConsumer<AssertableApplicationContext> test) {
        try (LocalService orders = LocalService.answering("order 7")) {
            runner.withPropertyValues("mesh.client.services.orders.url=" + orders.url(), "orders.host=orders")
                    .withUserConfiguration(configuration)
                    .run(test);
        }
    }

    @Retention(RetentionPolicy.RUNTIME)
    @MeshClient("orders")
    @interface Orders {}

    @Configuration(proxyBeanMethods = false)
    static class EachKind {
        @Bean
        @MeshClient("orders")
        OkHttpClient ofInstanceMethod() {
            return new OkHttpClient();
        }

        @Bean
        @MeshClient("orders")
        static OkHttpClient ofStaticMethod() {
            return new OkHttpClient();
        }

        @Bean
        @Scope("prototype")
        @MeshClient("orders")
        OkHttpClient prototype() {
            return new OkHttpClient();
        }

        @Bean
        @Orders
        OkHttpClient withMetaAnnotation() {
            return new OkHttpClient();
        }

        @Bean
        @MeshClient("${orders.host}")
        OkHttpClient withPlaceholder() {
            return new OkHttpClient();
        }

        @Bean
        @MeshClient("orders")
        Call.Factory asCallFactory() {
            return new OkHttpClient();
        }

        @Bean
        @MeshClient("orders")
        FactoryBean<OkHttpClient> ofFactoryBean() {
            return new FactoryBean<>() {
                @Override
                public OkHttpClient getObject() {
                    return new OkHttpClient();
                }

                @Override
                public Class<?> getObjectType() {
                    return OkHttpClient.class;
                }
            };
        }

        @Bean
        OkHttpClient plain() {
            return new OkHttpClient();
        }
    }

    @Test
    void every_kind_of_bean_is_wrapped_once_and_no_other(CapturedOutput output) {
        run(EachKind.class, context -> {
            assertThat(context).hasNotFailed();
            for (String name : List.of(
                    "ofInstanceMethod",
                    "ofStaticMethod",
                    "prototype",
                    "withMetaAnnotation",
                    "withPlaceholder",
                    "asCallFactory",
                    "ofFactoryBean")) {
                OkHttpClient client = context.getBean(name, OkHttpClient.class);
                assertThat(LocalService.get(client, URL)).as(name).isEqualTo("order 7");
                assertThat(client.interceptors())
                        .as(name)
                        .extracting(Object::toString)
                        .containsOnlyOnce("mesh");
            }
            assertThat(context.getBean("plain", OkHttpClient.class).interceptors())
                    .isEmpty();
            assertThat(output)
                    .doesNotContain("not eligible for getting processed")
                    .contains("clients asCallFactory -> orders, ofFactoryBean -> orders, ofInstanceMethod -> orders");
        });
    }

    record Checkout(OkHttpClient orders, OkHttpClient bulk) {}

    @Configuration(proxyBeanMethods = false)
    static class Injected {
        @Bean
        @MeshClient("orders")
        OkHttpClient first() {
            return new OkHttpClient();
        }

        @Bean
        @MeshClient(value = "orders", variant = "bulk")
        OkHttpClient second() {
            return new OkHttpClient();
        }

        @Bean
        OkHttpClient orders() { // as the service is called
            return new OkHttpClient();
        }

        @Bean
        Checkout checkout(
                @MeshClient("orders") OkHttpClient orders,
                @MeshClient(value = "orders", variant = "bulk") OkHttpClient bulk) {
            return new Checkout(orders, bulk);
        }
    }

    @Test
    void an_injection_point_gets_the_bean_with_the_same_annotation() {
        run(Injected.class, context -> {
            Checkout checkout = context.getBean(Checkout.class);
            assertThat(checkout.orders()).isSameAs(context.getBean("first"));
            assertThat(checkout.bulk()).isSameAs(context.getBean("second"));
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class OnlyTheName {
        @Bean
        OkHttpClient orders() {
            return new OkHttpClient();
        }

        @Bean
        Checkout checkout(@MeshClient("orders") OkHttpClient client) {
            return new Checkout(client, client);
        }
    }

    @Test
    void a_bean_that_only_has_the_name_of_the_service_is_never_injected() {
        run(OnlyTheName.class, context -> assertThat(context).hasFailed());
    }

    @Test
    void switched_off_the_beans_are_plain_clients(CapturedOutput output) {
        runner.withPropertyValues("mesh.enabled=false")
                .withUserConfiguration(Injected.class)
                .run(context -> {
                    assertThat(context.getBean(Checkout.class).orders().interceptors())
                            .isEmpty();
                    assertThat(output)
                            .contains("the mesh is off (mesh.enabled=false); plain clients: first -> orders, second");
                });
    }

    @Configuration(proxyBeanMethods = false)
    @Import(GatewayBuilder.Type.class)
    static class Contributed {
        @Bean
        @MeshClient("${orders.host}")
        GatewayBuilder gateway() {
            return new GatewayBuilder();
        }

        @Bean
        @Scope("prototype")
        @MeshClient("orders")
        GatewayBuilder prototype() {
            return new GatewayBuilder();
        }
    }

    @Test
    void a_type_of_another_technology_is_wrapped_by_its_contribution(CapturedOutput output) {
        run(Contributed.class, context -> {
            assertThat(context.getBean("gateway", GatewayBuilder.class).get("/7"))
                    .isEqualTo("order 7");
            assertThat(context.getBean("prototype", GatewayBuilder.class).get("/7"))
                    .isEqualTo("order 7");
            assertThat(output)
                    .doesNotContain("not eligible for getting processed")
                    .contains("clients gateway -> orders, prototype -> orders");
        });
    }

    @Test
    void switched_off_a_contribution_is_asked_for_a_plain_client(CapturedOutput output) {
        runner.withPropertyValues("mesh.enabled=false", "orders.host=orders.invalid")
                .withUserConfiguration(Contributed.class)
                .run(context -> {
                    assertThatThrownBy(() -> context.getBean("gateway", GatewayBuilder.class)
                                    .get("/7"))
                            .isInstanceOf(UnknownHostException.class)
                            .hasMessageContaining("orders.invalid");
                    assertThat(output).contains("plain clients: gateway -> orders.invalid, prototype -> orders");
                });
    }

    @Test
    void its_service_is_claimed_before_there_is_a_policy() {
        runner.withPropertyValues("mesh.registry.file=/no/such/policy.json", "mesh.initial-fetch-timeout=0s")
                .withUserConfiguration(Injected.class)
                .run(context -> assertThatThrownBy(
                                () -> LocalService.get(context.getBean("first", OkHttpClient.class), URL))
                        .isInstanceOf(PolicyUnavailable.class));
    }

    @Test
    void with_lazy_initialization_the_mesh_starts_all_the_same(CapturedOutput output) {
        try (LocalService orders = LocalService.answering("order 7")) {
            runner.withInitializer(context ->
                            context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                    .withPropertyValues("mesh.client.services.orders.url=" + orders.url())
                    .withUserConfiguration(Injected.class)
                    .run(context -> {
                        assertThat(context.getBeanFactory().containsSingleton("mesh"))
                                .isTrue();
                        assertThat(context.getBeanFactory().containsSingleton("first"))
                                .isFalse();
                        assertThat(LocalService.get(context.getBean("first", OkHttpClient.class), URL))
                                .isEqualTo("order 7");
                    });
        }
        assertThat(output).contains("clients first -> orders, second -> orders");
    }

    /** OkHttp sends five asynchronous calls at a time to one host; the sixth waits for one of them. */
    @Test
    void a_call_factory_has_no_limit_for_each_host() {
        CountDownLatch six = new CountDownLatch(6);
        try (LocalService orders = LocalService.answering(request -> {
            six.countDown();
            try {
                six.await(2, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new MockResponse.Builder().body("order 7").build();
        })) {
            CountDownLatch answered = new CountDownLatch(6);
            runner.withPropertyValues("mesh.client.services.orders.url=" + orders.url(), "orders.host=orders")
                    .withUserConfiguration(EachKind.class)
                    .run(context -> {
                        Call.Factory client = context.getBean("asCallFactory", Call.Factory.class);
                        for (int i = 0; i < 6; i++) {
                            client.newCall(new Request.Builder().url(URL).build())
                                    .enqueue(countingDown(answered));
                        }
                        assertThat(answered.await(2, TimeUnit.MINUTES)).isTrue();
                    });
        }
    }

    private static Callback countingDown(CountDownLatch answered) {
        return new Callback() {
            @Override
            public void onFailure(Call call, IOException e) {}

            @Override
            public void onResponse(Call call, Response response) {
                response.close();
                answered.countDown();
            }
        };
    }

    /** Counts searches for an annotation. */
    @SuppressWarnings("serial") // never written
    private static final class CountingFactory extends DefaultListableBeanFactory {
        private final List<String> searched = new ArrayList<>();

        @Override
        public <A extends Annotation> @Nullable A findAnnotationOnBean(
                String name, Class<A> type, boolean allowFactoryBeanInit) {
            if (type == MeshClient.class) {
                searched.add(name);
            }
            return super.findAnnotationOnBean(name, type, allowFactoryBeanInit);
        }
    }

    @Test
    void each_instance_of_a_bean_without_annotation_needs_no_search_of_its_own() {
        CountingFactory beans = new CountingFactory();
        beans.addBeanPostProcessor(new MeshClientPostProcessor(
                new AnnotatedClients(beans),
                beans.getBeanProvider(ResolvableType.forClass(MeshClientType.class)),
                beans.getBeanProvider(Mesh.class),
                new StandardEnvironment()));
        beans.registerBeanDefinition(
                "prototype",
                BeanDefinitionBuilder.genericBeanDefinition(Object.class)
                        .setScope("prototype")
                        .getBeanDefinition());
        for (int i = 0; i < 3; i++) {
            assertThat(beans.getBean("prototype")).isNotNull();
        }
        assertThat(beans.searched).containsExactly("prototype");
    }
}
