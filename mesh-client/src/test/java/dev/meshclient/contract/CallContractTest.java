package dev.meshclient.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okhttp3.Call;
import okhttp3.Dispatcher;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A call is the caller's object: its state, its tags, its place in his dispatcher. */
@ParameterizedClass(name = "{0}")
@EnumSource(Edge.class)
class CallContractTest extends OkHttpContract {
    private static MockResponse silent() {
        return new MockResponse.Builder()
                .onResponseStart(SocketEffect.Stall.INSTANCE)
                .build();
    }

    @Test
    void a_call_is_executed_once_and_cloned_as_often_as_you_like() throws Exception {
        orders.enqueue(ok("a"));
        orders.enqueue(ok("b"));
        Call call = calls().newCall(get("/"));
        assertThat(call.isExecuted()).isFalse();
        try (Response response = call.execute()) {
            assertThat(response.body().string()).isEqualTo("a");
        }
        assertThat(call.isExecuted()).isTrue();
        assertThatThrownBy(call::execute)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Already Executed");
        Call clone = call.clone();
        assertThat(clone.isExecuted()).isFalse();
        try (Response response = clone.execute()) {
            assertThat(response.body().string()).isEqualTo("b");
        }
    }

    @Test
    void a_clone_of_a_cancelled_call_is_not_cancelled() throws Exception {
        orders.enqueue(ok("a"));
        Call call = calls().newCall(get("/"));
        call.cancel();
        Call clone = call.clone();
        assertThat(clone.isCanceled()).isFalse();
        try (Response response = clone.execute()) {
            assertThat(response.body().string()).isEqualTo("a");
        }
    }

    @Test
    void tags_are_on_the_call_and_on_the_request_of_the_response() throws Exception {
        orders.enqueue(answer(302).addHeader("Location", "/b").build());
        orders.enqueue(ok("a"));
        Request request = get("/").newBuilder().tag(String.class, "mine").build();
        Call call = calls().newCall(request);
        assertThat(call.tag(String.class)).isEqualTo("mine");
        assertThat(call.request()).isSameAs(request);
        try (Response response = call.execute()) {
            assertThat(response.request().tag(String.class)).isEqualTo("mine");
            assertThat(response.networkResponse().request().tag(String.class)).isEqualTo("mine");
        }
    }

    @Test
    void the_response_is_to_the_request_that_was_made() throws Exception {
        orders.enqueue(ok("a"));
        Request request = post("/x?y=z", "body");
        try (Response response = calls().newCall(request).execute()) {
            assertThat(response.request()).isSameAs(request);
            assertThat(response.sentRequestAtMillis()).isPositive();
            assertThat(response.receivedResponseAtMillis()).isGreaterThanOrEqualTo(response.sentRequestAtMillis());
        }
    }

    @Test
    void a_call_counts_once_in_the_callers_dispatcher() throws Exception {
        if (edge == Edge.CALL_FACTORY) {
            return; // a call factory has a dispatcher of its own, which does not count by logical host
        }
        orders.enqueue(silent());
        Dispatcher dispatcher = new Dispatcher();
        AtomicInteger idle = new AtomicInteger();
        dispatcher.setIdleCallback(idle::incrementAndGet);
        Call call = wrapped(b -> b.dispatcher(dispatcher)).newCall(get("/"));
        Enqueued callback = Enqueued.of(call);
        orders.takeRequest();
        assertThat(dispatcher.runningCallsCount()).isEqualTo(1);
        assertThat(dispatcher.runningCalls()).containsExactly(call);
        assertThat(dispatcher.queuedCallsCount()).isZero();
        dispatcher.cancelAll();
        callback.failure();
        await().until(() -> dispatcher.runningCallsCount() == 0);
        await().until(() -> idle.get() == 1);
        dispatcher.executorService().shutdown();
    }

    @Test
    void five_calls_a_host_run_at_once_in_the_callers_dispatcher_and_more_in_a_call_factory() throws Exception {
        for (int i = 0; i < 6; i++) {
            orders.enqueue(silent());
        }
        Call.Factory calls = calls();
        List<Call> made = new ArrayList<>();
        List<Enqueued> callbacks = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            made.add(calls.newCall(get("/")));
            callbacks.add(Enqueued.of(made.get(i)));
        }
        int running = edge == Edge.CALL_FACTORY ? 6 : 5;
        for (int i = 0; i < running; i++) {
            orders.takeRequest();
        }
        assertThat(orders.getRequestCount()).isEqualTo(running);
        made.forEach(Call::cancel);
        callbacks.forEach(Enqueued::failure);
    }

    @Test
    void an_unknown_name_fails_as_such() throws Exception {
        Call.Factory calls = calls(b -> b.dns(host -> {
            throw new UnknownHostException(host);
        }));
        if (edge.hasEndpoints()) {
            // The names of endpoints are the policy's; here it is an address, and the caller's Dns is not asked.
            orders.enqueue(ok("a"));
            assertThat(read(calls, get("/"))).isEqualTo("a");
        } else {
            assertThatThrownBy(() -> read(calls, get("/")))
                    .isExactlyInstanceOf(UnknownHostException.class)
                    .hasMessage("orders");
        }
    }

    @Test
    void an_answer_that_is_not_HTTP_is_a_protocol_error() {
        orders.enqueue(new MockResponse.Builder().status("nonsense").build());
        assertThatThrownBy(() -> read(calls(), get("/")))
                .isInstanceOf(java.net.ProtocolException.class)
                .hasMessageContaining("Unexpected status line: nonsense");
    }
}
