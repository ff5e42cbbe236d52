package dev.meshclient.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okhttp3.Cache;
import okhttp3.Call;
import okhttp3.Credentials;
import okhttp3.Protocol;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A caller's listener hears of his own call, in OkHttp's order, to the last event. */
@ParameterizedClass(name = "{0}")
@EnumSource(Edge.class)
class EventContractTest extends OkHttpContract {
    private static final String CONNECT = "proxySelectStart(orders) proxySelectEnd dnsStart(orders) dnsEnd"
            + " connectStart connectEnd(http/1.1) connectionAcquired";
    private static final String CONNECT_TLS = "proxySelectStart(orders) proxySelectEnd dnsStart(orders) dnsEnd"
            + " connectStart secureConnectStart secureConnectEnd connectEnd(%s) connectionAcquired";
    private static final String SEND = "requestHeadersStart requestHeadersEnd";
    private static final MockResponse HANG_UP = new MockResponse.Builder()
            .onResponseStart(new SocketEffect.CloseSocket())
            .build();

    @TempDir
    File cacheDirectory;

    private static String answered(int code, String followUp, int bytes) {
        return "responseHeadersStart responseHeadersEnd(" + code + ")"
                + (followUp.isEmpty() ? "" : " followUpDecision(" + followUp + ")")
                + " responseBodyStart responseBodyEnd(" + bytes + ")";
    }

    private void call(Call.Factory calls, String path) throws IOException {
        try (Response response = calls.newCall(get(path)).execute()) {
            response.body().bytes();
        }
    }

    @Test
    void a_fresh_connection_then_a_pooled_one() throws Exception {
        orders.enqueue(ok("abc"));
        orders.enqueue(ok("abc"));
        Call.Factory calls = calls();
        call(calls, "/");
        assertThat(events.takeAtEnd())
                .isEqualTo("callStart " + CONNECT + " " + SEND + " " + answered(200, "none", 3)
                        + " connectionReleased callEnd");
        call(calls, "/");
        assertThat(events.takeAtEnd())
                .isEqualTo("callStart connectionAcquired " + SEND + " " + answered(200, "none", 3)
                        + " connectionReleased callEnd");
    }

    @Test
    void an_enqueued_call_waits_in_the_queue_of_its_dispatcher() throws Exception {
        orders.enqueue(ok("abc"));
        try (Response response = Enqueued.of(calls().newCall(get("/"))).response()) {
            response.body().bytes();
        }
        assertThat(events.takeAtEnd()).startsWith("callStart proxySelectStart").endsWith("connectionReleased callEnd");
    }

    @Test
    void all_events_are_of_the_callers_own_call() throws Exception {
        orders.enqueue(answer(302).addHeader("Location", "/b").build());
        orders.enqueue(ok("abc"));
        Call call = calls().newCall(get("/a"));
        try (Response response = call.execute()) {
            response.body().bytes();
        }
        events.takeAtEnd();
        assertThat(events.calls()).hasSize(1);
        assertThat(events.calls().get(0)).isSameAs(call);
    }

    @Test
    void the_event_of_a_request_body_has_its_length() throws Exception {
        orders.enqueue(answer(201).build());
        calls().newCall(post("/", "12345")).execute().close();
        assertThat(events.takeAtEnd())
                .contains(SEND + " requestBodyStart requestBodyEnd(5) responseHeadersStart responseHeadersEnd(201)");
    }

    @Test
    void the_events_of_tls_are_between_those_of_connecting() throws Exception {
        useHttps();
        orders.setProtocols(List.of(Protocol.HTTP_2, Protocol.HTTP_1_1));
        orders.enqueue(ok("abc"));
        call(calls(), "/");
        assertThat(events.takeAtEnd())
                .isEqualTo("callStart " + CONNECT_TLS.formatted("h2") + " " + SEND + " " + answered(200, "none", 3)
                        + " connectionReleased callEnd");
    }

    @Test
    void a_body_that_is_closed_early_ends_the_call_all_the_same() throws Exception {
        orders.enqueue(ok("x".repeat(1 << 20)));
        calls().newCall(get("/")).execute().close();
        assertThat(events.takeAtEnd()).endsWith("connectionReleased callEnd");
    }

    @Test
    void a_refused_connection_fails_the_call() throws Exception {
        try (RefusingPort dead = RefusingPort.open()) {
            ordersAt(dead.port());
            assertThatThrownBy(() -> call(calls(), "/")).isInstanceOf(java.net.ConnectException.class);
        }
        String reported = events.takeAtEnd();
        if (edge.hasEndpoints()) {
            // OkHttp decides about a repeat and says so; here the mesh decides, and its listener says so.
            assertThat(reported)
                    .isEqualTo("callStart proxySelectStart(orders) proxySelectEnd dnsStart(orders) dnsEnd"
                            + " connectStart connectFailed(ConnectException) callFailed(ConnectException)");
        } else {
            assertThat(reported)
                    .isEqualTo("callStart proxySelectStart(orders) proxySelectEnd dnsStart(orders) dnsEnd"
                            + " connectStart connectFailed(ConnectException) retryDecision(false)"
                            + " callFailed(ConnectException)");
        }
    }

    @Test
    void a_connection_that_breaks_before_the_answer_fails_the_call() {
        orders.enqueue(HANG_UP);
        assertThatThrownBy(() -> call(calls(), "/")).isInstanceOf(IOException.class);
        // As above: to endpoints of the mesh a repeat is the mesh's decision.
        String decision = edge.hasEndpoints() ? "" : " retryDecision(false)";
        assertThat(events.takeAtEnd())
                .isEqualTo("callStart " + CONNECT + " " + SEND + " responseFailed" + decision
                        + " connectionReleased callFailed(IOException)");
    }

    @Test
    void a_call_that_is_cancelled_while_it_waits_fails_and_the_cancelling_is_reported() throws Exception {
        orders.enqueue(new MockResponse.Builder()
                .onResponseStart(SocketEffect.Stall.INSTANCE)
                .build());
        Call call = calls().newCall(get("/"));
        Enqueued callback = Enqueued.of(call);
        orders.takeRequest();
        call.cancel();
        callback.failure();
        assertThat(events.takeAtEndOfCancelled().replace(" canceled", ""))
                .startsWith("callStart " + CONNECT + " " + SEND)
                .contains(" responseFailed ")
                .endsWith("connectionReleased callFailed(SocketException)");
    }

    @Test
    void a_redirect_keeps_its_connection() throws Exception {
        orders.enqueue(answer(302).addHeader("Location", "/b").build());
        orders.enqueue(ok("abc"));
        call(calls(), "/a");
        assertThat(events.takeAtEnd())
                .isEqualTo("callStart " + CONNECT + " " + SEND + " responseHeadersStart responseHeadersEnd(302)"
                        + " responseBodyStart responseBodyEnd(0) followUpDecision(/b) "
                        + SEND + " " + answered(200, "none", 3) + " connectionReleased callEnd");
    }

    @Test
    void a_redirect_to_another_host_gives_its_connection_back_first() throws Exception {
        orders.enqueue(answer(302).addHeader("Location", billingUrl("/b")).build());
        billing.enqueue(ok("abc"));
        call(calls(), "/a");
        assertThat(events.takeAtEnd())
                .isEqualTo("callStart " + CONNECT + " " + SEND + " responseHeadersStart responseHeadersEnd(302)"
                        + " responseBodyStart responseBodyEnd(0) followUpDecision(/b) connectionReleased "
                        + CONNECT.replace("orders", "billing") + " " + SEND + " " + answered(200, "none", 3)
                        + " connectionReleased callEnd");
    }

    @Test
    void a_challenge_is_answered_on_its_connection() throws Exception {
        orders.enqueue(answer(401).build());
        orders.enqueue(ok("abc"));
        call(
                calls(b -> b.authenticator((route, response) -> response.request()
                        .newBuilder()
                        .header("Authorization", Credentials.basic("a", "b"))
                        .build())),
                "/a");
        assertThat(events.takeAtEnd())
                .isEqualTo("callStart " + CONNECT + " " + SEND + " responseHeadersStart responseHeadersEnd(401)"
                        + " responseBodyStart responseBodyEnd(0) followUpDecision(/a) "
                        + SEND + " " + answered(200, "none", 3) + " connectionReleased callEnd");
    }

    @Test
    void a_cache_is_missed_hit_and_asked_again() throws Exception {
        orders.enqueue(new MockResponse.Builder()
                .addHeader("Cache-Control", "max-age=60")
                .body("abc")
                .build());
        orders.enqueue(new MockResponse.Builder()
                .addHeader("ETag", "v1")
                .addHeader("Cache-Control", "max-age=0")
                .body("abc")
                .build());
        orders.enqueue(answer(304).build());
        try (Cache cache = new Cache(cacheDirectory, 1 << 20)) {
            Call.Factory calls = calls(b -> b.cache(cache));
            call(calls, "/fresh");
            assertThat(events.takeAtEnd()).startsWith("callStart cacheMiss proxySelectStart(orders)");
            call(calls, "/fresh");
            assertThat(events.takeAtEnd()).isEqualTo("callStart cacheHit followUpDecision(none) callEnd");
            call(calls, "/stale");
            events.takeAtEnd();
            call(calls, "/stale");
            assertThat(events.takeAtEnd())
                    .isEqualTo("callStart cacheConditionalHit connectionAcquired " + SEND
                            + " responseHeadersStart responseHeadersEnd(304) responseBodyStart responseBodyEnd(0)"
                            + " cacheHit followUpDecision(none) connectionReleased callEnd");
        }
    }

    @Test
    void a_listener_that_joins_a_running_call_hears_the_rest() throws Exception {
        orders.enqueue(ok("abc"));
        Events joined = new Events();
        events.when("connectStart", call -> call.addEventListener(joined));
        call(calls(), "/");
        String reported = joined.takeAtEnd();
        assertThat(reported)
                .startsWith("connectEnd(http/1.1) connectionAcquired")
                .endsWith("responseBodyStart responseBodyEnd(3) connectionReleased callEnd")
                .containsOnlyOnce("callEnd");
    }
}
