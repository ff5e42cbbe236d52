package dev.meshclient.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ProtocolException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Authenticator;
import okhttp3.Call;
import okhttp3.Response;
import okhttp3.Route;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The caller's authenticator is asked as OkHttp asks it. */
@ParameterizedClass(name = "{0}")
@EnumSource(Edge.class)
class AuthenticationContractTest extends OkHttpContract {
    private static final Authenticator SECRET = (route, response) ->
            response.request().newBuilder().header("Authorization", "secret").build();

    @Test
    void a_challenge_is_answered_with_the_body_again() throws Exception {
        orders.enqueue(answer(401)
                .addHeader("WWW-Authenticate", "Basic realm=a")
                .body("who?")
                .build());
        orders.enqueue(ok("welcome"));
        Call.Factory calls = calls(b -> b.authenticator(SECRET));
        try (Response response = calls.newCall(post("/", "hello")).execute()) {
            assertThat(response.body().string()).isEqualTo("welcome");
            assertThat(response.priorResponse().code()).isEqualTo(401);
            assertThat(response.request().header("Authorization")).isEqualTo("secret");
        }
        assertThat(orders.takeRequest().getHeaders().get("Authorization")).isNull();
        var second = orders.takeRequest();
        assertThat(second.getHeaders().get("Authorization")).isEqualTo("secret");
        assertThat(second.getBody().utf8()).isEqualTo("hello");
        assertThat(second.getExchangeIndex()).isEqualTo(1);
    }

    @Test
    void a_challenge_without_an_authenticator_is_returned() throws Exception {
        orders.enqueue(answer(401)
                .addHeader("WWW-Authenticate", "Basic realm=a")
                .body("who?")
                .build());
        try (Response response = calls().newCall(get("/")).execute()) {
            assertThat(response.code()).isEqualTo(401);
            assertThat(response.challenges()).hasSize(1);
            assertThat(response.body().string()).isEqualTo("who?");
        }
    }

    @Test
    void the_authenticator_sees_the_route_and_gives_up_by_the_earlier_answers() throws Exception {
        orders.enqueue(answer(401).build());
        orders.enqueue(answer(401).build());
        orders.enqueue(answer(401).build());
        AtomicInteger asked = new AtomicInteger();
        AtomicReference<Route> seen = new AtomicReference<>();
        Authenticator twice = (route, response) -> {
            asked.incrementAndGet();
            seen.set(route);
            int tries = 0;
            for (Response r = response; r != null; r = r.priorResponse()) {
                tries++;
            }
            return tries > 2 ? null : SECRET.authenticate(route, response);
        };
        try (Response response =
                calls(b -> b.authenticator(twice)).newCall(get("/")).execute()) {
            assertThat(response.code()).isEqualTo(401);
        }
        assertThat(asked).hasValue(3);
        assertThat(seen.get().address().url().host()).isEqualTo("orders");
    }

    @Test
    void an_authenticator_that_throws_fails_the_call_and_frees_the_connection() throws Exception {
        orders.enqueue(answer(401).body("who?").build());
        orders.enqueue(ok("next"));
        Call.Factory calls = calls(b -> b.authenticator((route, response) -> {
            throw new java.io.IOException("no keys");
        }));
        assertThatThrownBy(() -> read(calls, get("/"))).hasMessage("no keys");
        assertThat(events.takeAtEnd()).endsWith("callFailed(IOException)").contains("connectionReleased");
        assertThat(read(calls, get("/"))).isEqualTo("next");
    }

    @Test
    void a_call_may_be_authenticated_before_it_is_asked() throws Exception {
        orders.enqueue(ok("welcome"));
        assertThat(read(
                        calls(),
                        get("/").newBuilder().header("Authorization", "secret").build()))
                .isEqualTo("welcome");
        assertThat(orders.getRequestCount()).isEqualTo(1);
    }

    @Test
    void a_proxys_challenge_from_what_is_no_proxy_is_an_error() {
        orders.enqueue(answer(407).build());
        assertThatThrownBy(() -> read(calls(), get("/")))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("Received HTTP_PROXY_AUTH (407) code while not using proxy");
    }

    @Test
    void a_proxys_challenge_is_answered() throws Exception {
        orders.enqueue(answer(407).build());
        orders.enqueue(ok("welcome"));
        Call.Factory calls =
                calls(b -> b.proxy(orders.getProxyAddress()).proxyAuthenticator((route, response) -> response.request()
                        .newBuilder()
                        .header("Proxy-Authorization", "secret")
                        .build()));
        if (edge.hasEndpoints()) {
            // Endpoints are reached directly: a caller's proxy is not between the mesh and them.
            assertThatThrownBy(() -> read(calls, get("/"))).isInstanceOf(ProtocolException.class);
        } else {
            assertThat(read(calls, get("/"))).isEqualTo("welcome");
            orders.takeRequest();
            assertThat(orders.takeRequest().getHeaders().get("Proxy-Authorization"))
                    .isEqualTo("secret");
        }
    }
}
