package dev.meshclient.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.meshclient.internal.time.Patience;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import okio.Timeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The caller's timeouts hold. */
@ParameterizedClass(name = "{0}")
@EnumSource(Edge.class)
class TimeoutContractTest extends OkHttpContract {
    private static void shortCall(OkHttpClient.Builder builder) {
        builder.callTimeout(Duration.ofMillis(300));
    }

    private static void shortRead(OkHttpClient.Builder builder) {
        builder.readTimeout(Duration.ofMillis(300));
    }

    private static MockResponse silent() {
        return new MockResponse.Builder()
                .onResponseStart(SocketEffect.Stall.INSTANCE)
                .build();
    }

    private static MockResponse slowBody() {
        return new MockResponse.Builder()
                .body("x".repeat(100_000))
                .throttleBody(1_000, 2, TimeUnit.SECONDS)
                .build();
    }

    private IOException failure(Call call) {
        Throwable failure = catchThrowable(() -> {
            try (Response response = call.execute()) {
                response.body().bytes();
            }
        });
        assertThat(failure).isInstanceOf(IOException.class);
        return (IOException) failure;
    }

    @Test
    void a_call_timeout_ends_the_wait_for_headers() {
        orders.enqueue(silent());
        Call call = calls(TimeoutContractTest::shortCall).newCall(get("/"));
        assertThat(failure(call))
                .isExactlyInstanceOf(InterruptedIOException.class)
                .hasMessage("timeout");
        // OkHttp cancels the attempt, the attempt its call: that may be a moment after the reader was woken.
        await().until(call::isCanceled);
        assertThat(events.takeAtEnd()).contains("callFailed(InterruptedIOException)");
    }

    @Test
    void a_call_timeout_covers_the_body() throws Exception {
        Patience.expires(timeout -> {
            orders.enqueue(slowBody());
            Call call = calls(b -> b.callTimeout(timeout)).newCall(get("/"));
            assertThat(failure(call))
                    .isExactlyInstanceOf(InterruptedIOException.class)
                    .hasMessage("timeout");
            await().until(call::isCanceled);
            assertThat(events.takeAtEnd()).contains("responseBodyStart").containsOnlyOnce("callFailed");
        });
    }

    @Test
    void a_call_timeout_may_be_set_on_the_call() {
        orders.enqueue(silent());
        Call call = calls().newCall(get("/"));
        call.timeout().timeout(300, TimeUnit.MILLISECONDS);
        assertThat(failure(call))
                .isExactlyInstanceOf(InterruptedIOException.class)
                .hasMessage("timeout");
    }

    private static MockResponse lateBody(Duration after) {
        return ok("late")
                .newBuilder()
                .bodyDelay(after.toMillis(), TimeUnit.MILLISECONDS)
                .build();
    }

    /** okhttp-sse does this once it is connected. */
    @Test
    void a_call_timeout_that_is_cancelled_after_the_headers_does_not_end_the_body() throws Exception {
        Patience.expires(timeout -> {
            orders.enqueue(lateBody(timeout.multipliedBy(2)));
            Call call = calls(b -> b.callTimeout(timeout)).newCall(get("/"));
            try (Response response = call.execute()) {
                call.timeout().cancel();
                assertThat(response.body().string()).isEqualTo("late");
            }
            assertThat(call.isCanceled()).isFalse();
            assertThat(events.takeAtEnd()).endsWith("callEnd");
        });
    }

    @Test
    void nor_does_one_that_is_cancelled_before_the_headers() throws Exception {
        Patience.expires(timeout -> {
            orders.enqueue(lateBody(timeout.multipliedBy(2))
                    .newBuilder()
                    .headersDelay(timeout.multipliedBy(2).toMillis(), TimeUnit.MILLISECONDS)
                    .build());
            events.when("requestHeadersStart", call -> call.timeout().cancel());
            assertThat(read(calls(b -> b.callTimeout(timeout)), get("/"))).isEqualTo("late");
        });
    }

    @Test
    void nor_does_one_that_an_interceptor_cancels_when_it_has_the_response() throws Exception {
        Patience.expires(timeout -> {
            orders.enqueue(lateBody(timeout.multipliedBy(2)));
            Call.Factory calls = calls(b -> b.callTimeout(timeout).addInterceptor(chain -> {
                Response response = chain.proceed(chain.request());
                chain.call().timeout().cancel();
                return response;
            }));
            assertThat(read(calls, get("/"))).isEqualTo("late");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"clearTimeout", "clearDeadline", "longer timeout", "later deadline"})
    void only_cancelling_lifts_the_timeout_of_a_call_that_runs(String change) throws Exception {
        Patience.expires(timeout -> {
            orders.enqueue(lateBody(Patience.LONG));
            Call call = calls(b -> b.callTimeout(timeout)).newCall(get("/"));
            try (Response response = call.execute()) {
                Timeout running = call.timeout();
                switch (change) {
                    case "clearTimeout" -> running.clearTimeout();
                    case "clearDeadline" -> running.clearDeadline();
                    case "longer timeout" -> running.timeout(1, TimeUnit.HOURS);
                    default -> running.deadline(1, TimeUnit.HOURS);
                }
                assertThatThrownBy(() -> response.body().string())
                        .isExactlyInstanceOf(InterruptedIOException.class)
                        .hasMessage("timeout");
            }
            assertThat(call.isCanceled()).isTrue();
        });
    }

    @Test
    void a_call_keeps_the_timeout_that_its_holder_reads() throws Exception {
        orders.enqueue(ok("abc"));
        Call call = calls(b -> b.callTimeout(Duration.ofSeconds(60))).newCall(get("/"));
        try (Response response = call.execute()) {
            assertThat(call.timeout().timeoutNanos())
                    .isEqualTo(Duration.ofSeconds(60).toNanos());
            assertThat(response.body().string()).isEqualTo("abc");
        }
    }

    @Test
    void a_deadline_of_the_call_covers_the_body() throws Exception {
        Patience.expires(timeout -> {
            orders.enqueue(lateBody(Patience.LONG));
            Call call = calls().newCall(get("/"));
            call.timeout().deadline(timeout.toNanos(), TimeUnit.NANOSECONDS);
            assertThat(failure(call))
                    .isExactlyInstanceOf(InterruptedIOException.class)
                    .hasMessage("timeout");
        });
    }

    @Test
    void a_call_timeout_covers_the_body_of_a_repeated_request() throws Exception {
        Patience.expires(timeout -> {
            orders.enqueue(ok("first"));
            orders.enqueue(lateBody(Patience.LONG));
            Call.Factory calls = calls(b -> b.callTimeout(timeout).addInterceptor(chain -> {
                chain.proceed(chain.request()).close();
                return chain.proceed(chain.request());
            }));
            assertThat(failure(calls.newCall(get("/"))))
                    .isExactlyInstanceOf(InterruptedIOException.class)
                    .hasMessage("timeout");
        });
    }

    @Test
    void a_call_timeout_that_is_not_reached_does_nothing() throws Exception {
        orders.enqueue(ok("abc"));
        Call call = calls(b -> b.callTimeout(Duration.ofSeconds(60))).newCall(get("/"));
        try (Response response = call.execute()) {
            assertThat(response.body().string()).isEqualTo("abc");
        }
        assertThat(call.isCanceled()).isFalse();
    }

    @Test
    void a_read_timeout_ends_the_wait_for_headers() {
        orders.enqueue(silent());
        Call call = calls(TimeoutContractTest::shortRead).newCall(get("/"));
        assertThat(failure(call)).isExactlyInstanceOf(SocketTimeoutException.class);
        assertThat(call.isCanceled()).isFalse();
    }

    @Test
    void a_read_timeout_ends_the_wait_for_a_piece_of_the_body() {
        orders.enqueue(slowBody());
        assertThat(failure(calls(TimeoutContractTest::shortRead).newCall(get("/"))))
                .isExactlyInstanceOf(SocketTimeoutException.class);
        assertThat(events.takeAtEnd()).endsWith("callFailed(SocketTimeoutException)");
    }

    @Test
    void an_interceptor_may_change_timeouts_for_one_call() {
        orders.enqueue(silent());
        Call.Factory calls = calls(b -> b.addInterceptor(
                chain -> chain.withReadTimeout(300, TimeUnit.MILLISECONDS).proceed(chain.request())));
        assertThat(failure(calls.newCall(get("/")))).isExactlyInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void a_connect_timeout_ends_connecting() throws Exception {
        try (FullBacklog blackHole = FullBacklog.open()) {
            ordersAt(blackHole.port());
            Call call = calls(b -> b.connectTimeout(Duration.ofMillis(300))).newCall(get("/"));
            assertThat(failure(call)).isExactlyInstanceOf(SocketTimeoutException.class);
            assertThat(events.takeAtEnd()).contains("connectFailed(SocketTimeoutException)");
        }
    }

    @Test
    void a_write_timeout_ends_the_wait_for_a_peer_that_does_not_read() {
        orders.enqueue(new MockResponse.Builder()
                .doNotReadRequestBody()
                .onRequestBody(SocketEffect.Stall.INSTANCE)
                .onResponseStart(SocketEffect.Stall.INSTANCE)
                .build());
        Call call = calls(b -> b.writeTimeout(Duration.ofMillis(300)).readTimeout(Duration.ofMinutes(1)))
                .newCall(post("/", "x".repeat(32 << 20)));
        assertThatThrownBy(call::execute).isInstanceOf(SocketTimeoutException.class);
        assertThat(events.takeAtEnd()).contains("requestFailed");
    }
}
