package dev.meshclient.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class VirtualThreadsTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(MeshClientAutoConfiguration.class))
            .withPropertyValues("mesh.enabled=false");

    /** The thread that runs an asynchronous call of the client below those of Spring. */
    private String thread(String property) {
        CompletableFuture<String> thread = new CompletableFuture<>();
        try (LocalService orders = LocalService.answering("order 7")) {
            OkHttpClient[] made = new OkHttpClient[1];
            runner.withPropertyValues(property).run(context -> {
                made[0] = context.getBean("meshHttpClient", OkHttpClient.class);
                made[0].newCall(new Request.Builder().url(orders.url()).build()).enqueue(new Callback() {
                    @Override
                    public void onResponse(Call call, Response response) {
                        try (response) {
                            response.body().string();
                            thread.complete(Thread.currentThread().toString());
                        } catch (IOException e) {
                            thread.completeExceptionally(e);
                        }
                    }

                    @Override
                    public void onFailure(Call call, IOException e) {
                        thread.completeExceptionally(e);
                    }
                });
                assertThat(thread.get(2, TimeUnit.MINUTES)).isNotEmpty();
                assertThat(made[0].connectionPool().connectionCount()).isOne();
            });
            assertThat(made[0].connectionPool().connectionCount()).isZero();
        }
        return thread.join();
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void asynchronous_calls_run_on_virtual_threads_if_spring_uses_them() {
        assertThat(thread("spring.threads.virtual.enabled=true")).startsWith("VirtualThread[");
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_20)
    void a_jdk_without_virtual_threads_uses_those_of_okhttp() {
        assertThat(thread("spring.threads.virtual.enabled=true")).contains("OkHttp");
    }

    @Test
    void without_the_property_they_run_on_threads_of_okhttp() {
        assertThat(thread("spring.threads.virtual.enabled=false"))
                .doesNotContain("VirtualThread")
                .contains("OkHttp");
    }
}
