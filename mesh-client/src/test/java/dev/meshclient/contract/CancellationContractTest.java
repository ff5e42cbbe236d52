package dev.meshclient.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.Call;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The holder of a call can cancel it at every stage. */
@ParameterizedClass(name = "{0}")
@EnumSource(Edge.class)
class CancellationContractTest extends OkHttpContract {
    private static final MockResponse SILENT = new MockResponse.Builder()
            .onResponseStart(SocketEffect.Stall.INSTANCE)
            .build();

    @Test
    void cancelled_before_it_is_executed_nothing_is_sent() {
        Call call = calls().newCall(get("/"));
        call.cancel();
        assertThatThrownBy(call::execute).isInstanceOf(IOException.class).hasMessage("Canceled");
        assertThat(call.isCanceled()).isTrue();
        assertThat(orders.getRequestCount()).isZero();
        assertThat(events.take()).isEqualTo("canceled callStart callFailed(IOException)");
    }

    @Test
    void cancelled_before_it_is_enqueued_its_callback_gets_the_failure() {
        Call call = calls().newCall(get("/"));
        call.cancel();
        Enqueued callback = Enqueued.of(call);
        assertThat(callback.failure()).isInstanceOf(IOException.class).hasMessage("Canceled");
        assertThat(orders.getRequestCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dnsStart",
                "connectStart",
                "connectEnd",
                "connectionAcquired",
                "requestHeadersStart",
                "requestBodyStart",
                "requestBodyEnd",
                "responseHeadersStart",
                "responseHeadersEnd",
            })
    void cancelled_at_a_stage_the_call_fails_and_stays_cancelled(String stage) {
        orders.enqueue(ok("too late"));
        events.when(stage, Call::cancel);
        Call call = calls().newCall(post("/", "body"));
        assertThatThrownBy(() -> {
                    try (Response response = call.execute()) {
                        response.body().string();
                    }
                })
                .isInstanceOf(IOException.class)
                .message()
                .isIn("Canceled", "canceled", "Socket closed", "Socket is closed", "closed");
        assertThat(call.isCanceled()).isTrue();
        assertThat(call.isExecuted()).isTrue();
        assertThat(events.takeAtEndOfCancelled()).contains(stage, "canceled").containsOnlyOnce("callFailed");
        assertThat(orders.getRequestCount()).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dnsStart", "connectEnd", "requestBodyEnd", "responseHeadersStart"})
    void an_enqueued_call_that_is_cancelled_at_a_stage_fails_once(String stage) {
        orders.enqueue(ok("too late"));
        events.when(stage, Call::cancel);
        Call call = calls().newCall(post("/", "body"));
        assertThat(Enqueued.of(call).failure()).isInstanceOf(IOException.class);
        assertThat(call.isCanceled()).isTrue();
        assertThat(events.takeAtEnd()).containsOnlyOnce("callFailed");
    }

    @Test
    void a_call_that_waits_for_headers_is_woken_by_another_thread() throws Exception {
        orders.enqueue(SILENT);
        Call call = calls().newCall(get("/"));
        Enqueued callback = Enqueued.of(call);
        orders.takeRequest();
        call.cancel();
        assertThat(callback.failure()).isInstanceOf(IOException.class);
        assertThat(events.takeAtEndOfCancelled())
                .contains("canceled", "callFailed(" + nameOf(callback.failure()) + ")");
    }

    @Test
    void a_call_that_waits_for_a_handshake_is_woken_by_another_thread() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            useHttps();
            ordersAt(silent.getLocalPort());
            CountDownLatch shaking = new CountDownLatch(1);
            events.when("secureConnectStart", c -> shaking.countDown());
            Call call = calls().newCall(get("/"));
            Enqueued callback = Enqueued.of(call);
            shaking.await();
            call.cancel();
            assertThat(callback.failure()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_body_that_is_being_read_breaks_off() throws Exception {
        orders.enqueue(new MockResponse.Builder()
                .body("x".repeat(100_000))
                .throttleBody(1_000, 1, TimeUnit.SECONDS)
                .build());
        Call call = calls().newCall(get("/"));
        try (Response response = call.execute()) {
            response.body().source().require(1);
            call.cancel();
            assertThat(catchThrowable(() -> response.body().source().require(100_000)))
                    .isInstanceOf(IOException.class);
        }
        assertThat(call.isCanceled()).isTrue();
        assertThat(events.takeAtEndOfCancelled()).containsOnlyOnce("canceled").containsOnlyOnce("callFailed");
    }

    @Test
    void a_body_that_is_being_written_breaks_off() throws Exception {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        RequestBody endless = new RequestBody() {
            @Override
            public MediaType contentType() {
                return TEXT;
            }

            @Override
            public void writeTo(BufferedSink sink) throws IOException {
                writing.countDown();
                try {
                    cancelled.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                for (int i = 0; i < 10_000; i++) {
                    sink.writeUtf8("x".repeat(8192)).flush();
                }
            }
        };
        Call call = calls().newCall(get("/").newBuilder().post(endless).build());
        Enqueued callback = Enqueued.of(call);
        writing.await();
        call.cancel();
        cancelled.countDown();
        assertThat(callback.failure()).isInstanceOf(IOException.class);
        assertThat(events.takeAtEnd()).contains("requestBodyStart").containsOnlyOnce("callFailed");
    }

    @Test
    void cancelled_after_its_end_only_the_cancel_is_an_event() throws Exception {
        orders.enqueue(ok("done"));
        Call call = calls().newCall(get("/"));
        try (Response response = call.execute()) {
            assertThat(response.body().string()).isEqualTo("done");
        }
        assertThat(events.takeAtEnd()).endsWith("callEnd");
        call.cancel();
        assertThat(call.isCanceled()).isTrue();
        assertThat(events.take()).isEqualTo("canceled");
    }

    @Test
    void a_cancelled_call_does_not_disturb_the_next() throws Exception {
        orders.setDispatcher(
                new Dispatcher() { // by path: a request is seen before it has taken its answer from a queue
                    @Override
                    public MockResponse dispatch(RecordedRequest request) {
                        return request.getTarget().equals("/next") ? ok("next") : SILENT;
                    }
                });
        Call.Factory calls = calls();
        Call call = calls.newCall(get("/"));
        Enqueued callback = Enqueued.of(call);
        orders.takeRequest();
        call.cancel();
        callback.failure();
        assertThat(read(calls, get("/next"))).isEqualTo("next");
    }

    private static String nameOf(Throwable e) {
        return e.getClass().getSimpleName();
    }
}
