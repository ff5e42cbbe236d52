package dev.meshclient.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import mockwebserver3.RecordedRequest;
import okhttp3.Call;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Application interceptors run once a call, network interceptors once an exchange, and both see the caller's call. */
@ParameterizedClass(name = "{0}")
@EnumSource(Edge.class)
class InterceptorContractTest extends OkHttpContract {
    private final List<String> ran = new ArrayList<>();

    private Interceptor note(String name) {
        return chain -> {
            ran.add(name + " " + chain.request().url().encodedPath());
            return chain.proceed(chain.request());
        };
    }

    /** Added to a client that is wrapped already; a call factory cannot be changed any more, so they are there before. */
    private Call.Factory addedLater(Interceptor application, Interceptor network) {
        if (edge == Edge.CALL_FACTORY) {
            return calls(b -> b.addInterceptor(application).addNetworkInterceptor(network));
        }
        return wrapped(b -> {})
                .newBuilder()
                .addInterceptor(application)
                .addNetworkInterceptor(network)
                .build();
    }

    @Test
    void interceptors_run_once_a_call_and_once_an_exchange() throws Exception {
        orders.enqueue(answer(302).addHeader("Location", "/b").build());
        orders.enqueue(ok("there"));
        read(calls(b -> b.addInterceptor(note("application")).addNetworkInterceptor(note("network"))), get("/a"));
        assertThat(ran).containsExactly("application /a", "network /a", "network /b");
    }

    @Test
    void interceptors_that_were_added_later_run_as_if_they_had_been_there() throws Exception {
        orders.enqueue(answer(302).addHeader("Location", "/b").build());
        orders.enqueue(ok("there"));
        read(addedLater(note("application"), note("network")), get("/a"));
        assertThat(ran).containsExactly("application /a", "network /a", "network /b");
    }

    @Test
    void interceptors_see_the_callers_call_its_tags_and_settings() throws Exception {
        orders.enqueue(ok("there"));
        List<Call> seen = new ArrayList<>();
        AtomicReference<String> tag = new AtomicReference<>();
        Call.Factory calls = calls(b -> b.addInterceptor(chain -> {
                    seen.add(chain.call());
                    return chain.proceed(chain.request());
                })
                .addNetworkInterceptor(chain -> {
                    seen.add(chain.call());
                    tag.set(chain.call().request().tag(String.class));
                    assertThat(chain.connection()).isNotNull();
                    assertThat(chain.getFollowRedirects()).isTrue();
                    return chain.proceed(chain.request());
                }));
        Call call =
                calls.newCall(get("/").newBuilder().tag(String.class, "mine").build());
        call.execute().close();
        assertThat(seen).hasSize(2).allMatch(c -> c == call);
        assertThat(tag).hasValue("mine");
    }

    @Test
    void an_interceptor_changes_request_and_response() throws Exception {
        orders.enqueue(ok("abc"));
        Interceptor change = chain -> {
            Request request =
                    chain.request().newBuilder().header("X-Added", "1").build();
            Response response = chain.proceed(request);
            return response.newBuilder()
                    .body(ResponseBody.create(response.body().string() + "!", TEXT))
                    .build();
        };
        assertThat(read(addedLater(change, chain -> chain.proceed(chain.request())), get("/")))
                .isEqualTo("abc!");
        assertThat(orders.takeRequest().getHeaders().get("X-Added")).isEqualTo("1");
    }

    @Test
    void a_network_interceptor_has_the_last_word_on_headers() throws Exception {
        orders.enqueue(answer(200).addHeader("Cache-Control", "no-store").build());
        Call.Factory calls = calls(b -> b.addNetworkInterceptor(chain -> chain.proceed(
                        chain.request().newBuilder().header("User-Agent", "me").build())
                .newBuilder()
                .header("Cache-Control", "max-age=1")
                .build()));
        try (Response response = calls.newCall(get("/")).execute()) {
            assertThat(response.header("Cache-Control")).isEqualTo("max-age=1");
        }
        assertThat(orders.takeRequest().getHeaders().get("User-Agent")).isEqualTo("me");
    }

    @Test
    void an_interceptor_may_answer_itself() throws Exception {
        Interceptor answers = chain -> new Response.Builder()
                .request(chain.request())
                .protocol(okhttp3.Protocol.HTTP_1_1)
                .code(200)
                .message("OK")
                .body(ResponseBody.create("mine", TEXT))
                .build();
        assertThat(read(calls(b -> b.addInterceptor(answers)), get("/"))).isEqualTo("mine");
        assertThat(orders.getRequestCount()).isZero();
    }

    @Test
    void an_interceptor_may_proceed_again_when_the_first_response_is_closed() throws Exception {
        orders.enqueue(answer(500).body("sorry").build());
        orders.enqueue(ok("there"));
        Interceptor again = chain -> {
            chain.proceed(chain.request()).close();
            return chain.proceed(chain.request());
        };
        assertThat(read(calls(b -> b.addInterceptor(again)), get("/"))).isEqualTo("there");
        assertThat(events.takeAtEnd()).containsOnlyOnce("callStart").endsWith("connectionReleased callEnd");
    }

    @Test
    void an_interceptor_that_proceeds_again_with_an_open_response_gets_the_reason() {
        orders.enqueue(answer(500).body("sorry").build());
        orders.enqueue(ok("there"));
        Interceptor leaky = chain -> {
            Response open = chain.proceed(chain.request());
            try {
                return chain.proceed(chain.request());
            } finally {
                open.close();
            }
        };
        assertThatThrownBy(() -> read(calls(b -> b.addInterceptor(leaky)), get("/")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("previous response is still open");
        assertThat(orders.getRequestCount()).isEqualTo(1);
    }

    @Test
    void a_network_interceptor_must_proceed_exactly_once_and_to_the_same_host() {
        orders.enqueue(ok("a"));
        orders.enqueue(ok("b"));
        Interceptor twice = chain -> {
            chain.proceed(chain.request()).close();
            return chain.proceed(chain.request());
        };
        Interceptor elsewhere = chain ->
                chain.proceed(chain.request().newBuilder().url(billingUrl("/")).build());
        assertThatThrownBy(() -> read(calls(b -> b.addNetworkInterceptor(twice)), get("/")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("must call proceed() exactly once");
        assertThatThrownBy(() -> read(calls(b -> b.addNetworkInterceptor(elsewhere)), get("/")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("must retain the same host and port");
        assertThat(billing.getRequestCount()).isZero();
    }

    @Test
    void an_exception_of_an_interceptor_fails_the_call_as_it_is() {
        orders.enqueue(ok("a"));
        Interceptor fails = chain -> {
            throw new java.io.FileNotFoundException("mine");
        };
        assertThatThrownBy(() -> read(calls(b -> b.addNetworkInterceptor(fails)), get("/")))
                .isExactlyInstanceOf(java.io.FileNotFoundException.class)
                .hasMessage("mine");
        assertThatThrownBy(() -> read(calls(b -> b.addInterceptor(fails)), get("/")))
                .isExactlyInstanceOf(java.io.FileNotFoundException.class);
    }

    @Test
    void settings_that_were_changed_after_wrapping_hold() throws Exception {
        if (edge == Edge.CALL_FACTORY) {
            return; // there is no newBuilder() on a call factory
        }
        orders.enqueue(answer(302).addHeader("Location", "/b").build());
        OkHttpClient later = wrapped(b -> {})
                .newBuilder()
                .followRedirects(false)
                .eventListener(events)
                .build();
        try (Response response = later.newCall(get("/a")).execute()) {
            assertThat(response.code()).isEqualTo(302);
        }
        orders.enqueue(answer(401).build());
        orders.enqueue(ok("there"));
        OkHttpClient authenticating = wrapped(b -> {})
                .newBuilder()
                .authenticator((route, response) -> response.request()
                        .newBuilder()
                        .header("Authorization", "secret")
                        .build())
                .build();
        assertThat(read(authenticating, get("/c"))).isEqualTo("there");
        List<RecordedRequest> requests = List.of(orders.takeRequest(), orders.takeRequest(), orders.takeRequest());
        assertThat(requests.get(2).getHeaders().get("Authorization")).isEqualTo("secret");
    }
}
