package dev.meshclient.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import feign.Feign;
import feign.FeignException;
import feign.Param;
import feign.Request;
import feign.RequestLine;
import feign.RetryableException;
import feign.Retryer;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Feign over a wrapped client: it makes a client of its own by newBuilder() for a request with other timeouts. */
@ParameterizedClass(name = "{0}")
@EnumSource(
        value = Edge.class,
        names = {"PLAIN", "STATIC", "NEUTRAL"})
class FeignTest extends OkHttpContract {
    interface Orders {
        @RequestLine("GET /v1/{id}")
        String order(@Param("id") String id);

        @RequestLine("GET /v1/{id}")
        String order(@Param("id") String id, Request.Options options);

        @RequestLine("POST /v1/orders")
        String add(String order);
    }

    private Orders api() {
        String base = url("/").toString();
        return Feign.builder()
                .client(new feign.okhttp.OkHttpClient(wrapped(b -> {})))
                .retryer(Retryer.NEVER_RETRY)
                .target(Orders.class, base.substring(0, base.length() - 1));
    }

    private static Request.Options within(long readMillis) {
        return new Request.Options(5, TimeUnit.SECONDS, readMillis, TimeUnit.MILLISECONDS, true);
    }

    @Test
    void calls_answers_and_bodies_are_as_ever() throws Exception {
        orders.enqueue(ok("seven"));
        orders.enqueue(ok("added"));
        orders.enqueue(answer(404).build());
        Orders api = api();
        assertThat(api.order("7")).isEqualTo("seven");
        assertThat(api.add("eight")).isEqualTo("added");
        assertThatThrownBy(() -> api.order("9")).isInstanceOf(FeignException.NotFound.class);
        assertThat(orders.takeRequest().getTarget()).isEqualTo("/v1/7");
        assertThat(orders.takeRequest().getBody().utf8()).isEqualTo("eight");
    }

    @Test
    void the_timeouts_of_one_request_hold_for_it() {
        orders.enqueue(new MockResponse.Builder()
                .onResponseStart(SocketEffect.Stall.INSTANCE)
                .build());
        assertThatThrownBy(() -> api().order("7", within(200)))
                .isInstanceOf(RetryableException.class)
                .hasCauseInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void requests_with_timeouts_of_their_own_share_connections() throws Exception {
        Orders api = api();
        for (int i = 0; i < 50; i++) {
            orders.enqueue(ok("seven"));
            assertThat(api.order("7", within(20_000 + i))).isEqualTo("seven");
        }
        for (int i = 0; i < 50; i++) {
            assertThat(orders.takeRequest().getConnectionIndex()).isZero();
        }
    }
}
