package dev.meshclient.boundary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Mesh;
import dev.meshclient.NoRoute;
import dev.meshclient.PolicyUnavailable;
import dev.meshclient.contract.Enqueued;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.registry.MemoryPolicySource;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import mockwebserver3.MockResponse;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Before there is a policy, when it changes and after the end: at no moment does a host of the mesh lie open. */
class MomentsBoundaryTest extends Boundary {
    private static final PolicySource SILENT = sink -> () -> {};

    private final AtomicReference<@Nullable Thread> caller = new AtomicReference<>();

    /** A client whose calls say which thread has entered the mesh. */
    private OkHttpClient watched() {
        return caller().addInterceptor(chain -> {
                    caller.set(Thread.currentThread());
                    return chain.proceed(chain.request());
                })
                .build();
    }

    private void awaitWaiting(CompletableFuture<String> body) {
        await().until(() -> {
            Thread thread = caller.get();
            return thread != null && thread.getState() == Thread.State.TIMED_WAITING;
        });
        assertThat(body).isNotDone();
    }

    @Test
    void before_the_first_policy_a_claimed_host_is_refused_and_others_are_not_kept_waiting() throws Exception {
        outside.enqueue(ok("outside"));
        OkHttpClient http = closing(Mesh.builder()
                        .policy(SILENT)
                        .claim("orders")
                        .initialFetchTimeout(Duration.ofMillis(100))
                        .build())
                .wrap(caller().build());
        assertThat(read(http, outsideUrl())).isEqualTo("outside");
        assertThatThrownBy(() -> read(http, orders())).isInstanceOf(PolicyUnavailable.class);
    }

    @Test
    void before_the_first_policy_all_hosts_are_refused_where_all_must_be_listed() {
        OkHttpClient http = closing(Mesh.builder()
                        .policy(SILENT)
                        .outboundTrafficPolicy(OutboundTrafficPolicy.REGISTRY_ONLY)
                        .initialFetchTimeout(Duration.ZERO)
                        .build())
                .wrap(caller().build());
        assertThatThrownBy(() -> read(http, outsideUrl())).isInstanceOf(PolicyUnavailable.class);
        assertThat(outside.getRequestCount()).isZero();
    }

    @Test
    void a_call_that_came_before_the_first_policy_waits_for_it() throws Exception {
        inside.enqueue(ok("inside"));
        AtomicReference<PolicySource.Sink> sink = new AtomicReference<>();
        PolicySource late = given -> {
            sink.set(given);
            return () -> {};
        };
        OkHttpClient http = closing(Mesh.builder()
                        .policy(late)
                        .claim("orders")
                        .initialFetchTimeout(Duration.ofMinutes(1))
                        .build())
                .wrap(watched());
        CompletableFuture<String> body = Enqueued.body(http.newCall(get(orders())));
        awaitWaiting(body);
        sink.get().deliver(policy("orders").read());
        assertThat(body.get()).isEqualTo("inside");
    }

    @Test
    void a_call_that_waits_for_the_first_policy_can_be_cancelled() {
        OkHttpClient http = closing(Mesh.builder()
                        .policy(SILENT)
                        .claim("orders")
                        .initialFetchTimeout(Duration.ofMinutes(10))
                        .build())
                .wrap(watched());
        CompletableFuture<String> body = Enqueued.body(http.newCall(get(orders())));
        awaitWaiting(body);
        http.dispatcher().cancelAll();
        assertThatThrownBy(body::get).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void a_host_that_leaves_the_policy_stays_claimed_and_its_calls_finish() throws Exception {
        inside.enqueue(new MockResponse.Builder()
                .body("x".repeat(100))
                .throttleBody(50, 300, TimeUnit.MILLISECONDS)
                .build());
        MemoryPolicySource policy = policy("orders").source();
        OkHttpClient http = closing(
                        Mesh.builder().policy(policy).staleTtl(Duration.ZERO).build())
                .wrap(caller().build());
        try (Response running = http.newCall(get(orders())).execute()) {
            policy.update(policy("payments", "payments").json());
            assertThatThrownBy(() -> read(http, orders())).isInstanceOf(NoRoute.class);
            assertThat(running.body().string()).hasSize(100);
        }
    }

    @Test
    void after_the_end_hosts_of_the_mesh_are_refused_and_others_are_not() throws Exception {
        outside.enqueue(ok("outside"));
        Mesh mesh = mesh();
        OkHttpClient http = mesh.wrap(caller().build());
        mesh.close();
        assertThatThrownBy(() -> read(http, orders())).isInstanceOf(PolicyUnavailable.class);
        assertThatThrownBy(() -> read(http, url("billing"))).isInstanceOf(PolicyUnavailable.class);
        assertThat(read(http, outsideUrl())).isEqualTo("outside");
        assertThat(inside.getRequestCount()).isZero();
    }

    @Test
    void after_the_end_hosts_that_the_policy_refused_are_refused_still() {
        Mesh mesh = mesh(strict());
        OkHttpClient http = mesh.wrap(caller().build());
        mesh.close();
        assertThatThrownBy(() -> read(http, outsideUrl())).isInstanceOf(PolicyUnavailable.class);
        assertThat(outside.getRequestCount()).isZero();
    }

    @Test
    void after_the_end_an_enqueued_call_of_a_call_factory_is_refused_in_the_same_words() {
        Mesh mesh = mesh();
        Call.Factory calls = mesh.callFactory(caller().build());
        mesh.close();
        assertThatThrownBy(Enqueued.body(calls.newCall(get(orders())))::get)
                .hasCauseInstanceOf(PolicyUnavailable.class);
    }
}
