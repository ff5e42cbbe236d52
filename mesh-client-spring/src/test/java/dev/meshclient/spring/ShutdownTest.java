package dev.meshclient.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

class ShutdownTest {
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Checkout {
        final List<String> inDestroy = new CopyOnWriteArrayList<>();

        /** It is made before the mesh and so destroyed after it, if the mesh were closed as other beans are. */
        @Bean
        Early early(@MeshClient("orders") ObjectProvider<OkHttpClient> orders) {
            return new Early(orders, inDestroy);
        }

        @Bean
        Api api(@MeshClient("orders") OkHttpClient orders) {
            return new Api(orders);
        }

        @Bean
        @MeshClient("orders")
        OkHttpClient ordersHttp() {
            return new OkHttpClient();
        }
    }

    static final class Early implements SmartInitializingSingleton, DisposableBean {
        private final ObjectProvider<OkHttpClient> provider;
        private final List<String> answers;
        private OkHttpClient orders = new OkHttpClient();

        Early(ObjectProvider<OkHttpClient> provider, List<String> answers) {
            this.provider = provider;
            this.answers = answers;
        }

        @Override
        public void afterSingletonsInstantiated() {
            orders = provider.getObject();
        }

        @Override
        public void destroy() throws IOException {
            answers.add(LocalService.get(orders, "http://orders/last"));
        }
    }

    @RestController
    static final class Api implements ApplicationListener<ContextClosedEvent> {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch closing = new CountDownLatch(1);
        private final OkHttpClient orders;

        Api(OkHttpClient orders) {
            this.orders = orders;
        }

        @GetMapping("/checkout")
        String checkout() throws IOException, InterruptedException {
            entered.countDown();
            assertThat(closing.await(2, TimeUnit.MINUTES)).isTrue();
            return LocalService.get(orders, "http://orders/7");
        }

        @Override
        public void onApplicationEvent(ContextClosedEvent event) {
            closing.countDown();
        }
    }

    @Test
    void a_request_in_hand_and_a_bean_that_is_destroyed_can_still_call_and_then_the_mesh_is_closed() throws Exception {
        try (LocalService service = LocalService.answering("order 7")) {
            ConfigurableApplicationContext context = SpringApplication.run(
                    Checkout.class,
                    "--server.port=0",
                    "--server.address=127.0.0.1",
                    "--server.shutdown=graceful",
                    "--mesh.snapshot.enabled=false",
                    "--mesh.client.services.orders.url=" + service.url());
            List<String> inDestroy = context.getBean(Checkout.class).inDestroy;
            Api api = context.getBean(Api.class);
            OkHttpClient orders = context.getBean(OkHttpClient.class);
            String url = "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + "/checkout";
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return LocalService.get(new OkHttpClient(), url);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(api.entered.await(2, TimeUnit.MINUTES)).isTrue();
            context.close();
            assertThat(answer.get(2, TimeUnit.MINUTES)).isEqualTo("order 7");
            assertThat(inDestroy).containsExactly("order 7");
            assertThatThrownBy(() -> LocalService.get(orders, "http://orders/8"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("closed");
        }
    }
}
