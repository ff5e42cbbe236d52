package dev.meshclient.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import okhttp3.RequestBody;
import okhttp3.ResponseBody;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import retrofit2.Call;
import retrofit2.Callback;
import retrofit2.Response;
import retrofit2.Retrofit;
import retrofit2.http.Body;
import retrofit2.http.GET;
import retrofit2.http.POST;
import retrofit2.http.Path;
import retrofit2.http.Streaming;

/** Retrofit over a wrapped client, and over a call factory. */
@ParameterizedClass(name = "{0}")
@EnumSource(Edge.class)
class RetrofitTest extends OkHttpContract {
    interface Orders {
        @GET("v1/{id}")
        Call<ResponseBody> order(@Path("id") String id);

        @Streaming
        @GET("v1/{id}")
        Call<ResponseBody> stream(@Path("id") String id);

        @POST("v1/orders")
        Call<ResponseBody> add(@Body RequestBody order);
    }

    private Orders api() {
        return new Retrofit.Builder()
                .baseUrl(url("/"))
                .callFactory(calls())
                .build()
                .create(Orders.class);
    }

    @Test
    void calls_answers_and_bodies_are_as_ever() throws Exception {
        orders.enqueue(ok("seven"));
        orders.enqueue(answer(201).build());
        Orders api = api();
        assertThat(api.order("7").execute().body().string()).isEqualTo("seven");
        assertThat(api.add(RequestBody.create("eight", TEXT)).execute().code()).isEqualTo(201);
        assertThat(orders.takeRequest().getTarget()).isEqualTo("/v1/7");
        assertThat(orders.takeRequest().getBody().utf8()).isEqualTo("eight");
    }

    @Test
    void an_error_answer_is_a_response_and_a_broken_connection_an_exception() throws Exception {
        orders.enqueue(answer(404).body("no such order").build());
        Response<ResponseBody> response = api().order("7").execute();
        assertThat(response.code()).isEqualTo(404);
        assertThat(response.errorBody().string()).isEqualTo("no such order");
        try (RefusingPort dead = RefusingPort.open()) {
            ordersAt(dead.port());
            assertThatThrownBy(() -> api().order("7").execute()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void an_asynchronous_call_tells_its_callback() throws Exception {
        orders.enqueue(ok("seven"));
        CompletableFuture<String> body = new CompletableFuture<>();
        api().order("7").enqueue(new Callback<>() {
            @Override
            public void onResponse(Call<ResponseBody> call, Response<ResponseBody> response) {
                try (ResponseBody answer = response.body()) {
                    body.complete(answer.string());
                } catch (IOException e) {
                    body.completeExceptionally(e);
                }
            }

            @Override
            public void onFailure(Call<ResponseBody> call, Throwable failure) {
                body.completeExceptionally(failure);
            }
        });
        assertThat(body.get()).isEqualTo("seven");
    }

    @Test
    void a_stream_may_be_left_before_its_end() throws Exception {
        orders.enqueue(ok("x".repeat(1 << 20)));
        Call<ResponseBody> call = api().stream("7");
        try (ResponseBody body = call.execute().body()) {
            assertThat(body.source().readUtf8(3)).isEqualTo("xxx");
            call.cancel();
        }
        assertThat(call.isCanceled()).isTrue();
        assertThat(events.takeAtEnd())
                .contains("responseBodyStart", "canceled", "connectionReleased")
                .endsWith("callEnd");
    }
}
