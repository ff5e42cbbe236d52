package dev.meshclient.spring.contract;

import dev.meshclient.MeshOptions;
import dev.meshclient.spring.contract.Ask.Blocks;
import dev.meshclient.spring.web.OkHttpClientHttpRequestFactory;
import dev.meshclient.spring.webclient.OkHttpClientHttpConnector;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import okhttp3.Call;
import okhttp3.Headers;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.ByteString;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import retrofit2.Retrofit;
import retrofit2.http.Body;
import retrofit2.http.DELETE;
import retrofit2.http.GET;
import retrofit2.http.HEAD;
import retrofit2.http.HTTP;
import retrofit2.http.HeaderMap;
import retrofit2.http.OPTIONS;
import retrofit2.http.PATCH;
import retrofit2.http.POST;
import retrofit2.http.PUT;
import retrofit2.http.Streaming;
import retrofit2.http.Tag;
import retrofit2.http.Url;

/** What an application sends its requests with, over OkHttp. */
enum Transport {
    OKHTTP {
        @Override
        Answer send(Call.Factory calls, Ask ask) throws IOException {
            Request request = new Request.Builder()
                    .url(ask.url())
                    .headers(ask.headers())
                    .method(ask.method(), ask.body())
                    .tag(MeshOptions.class, ask.options())
                    .build();
            try (Response response = calls.newCall(request).execute()) {
                return new Answer(
                        response.code(),
                        response.headers(),
                        read(response.body().byteStream(), ask));
            }
        }
    },

    REST_CLIENT {
        @Override
        Answer send(Call.Factory calls, Ask ask) {
            var request = RestClient.builder()
                    .requestFactory(new OkHttpClientHttpRequestFactory(calls))
                    .build()
                    .method(HttpMethod.valueOf(ask.method()))
                    .uri(URI.create(ask.url()))
                    .headers(headers -> ask.headers().forEach(one -> headers.add(one.getFirst(), one.getSecond())))
                    .attribute(OkHttpClientHttpRequestFactory.MESH_OPTIONS, ask.options());
            Blocks blocks = ask.stream();
            if (blocks != null) {
                request.body(out -> {
                    for (int i = 0; i < blocks.count(); i++) {
                        out.write(blocks.block().at(i));
                    }
                });
            } else if (ask.text() != null) {
                request.body(ask.text());
            }
            return request.exchange((sent, response) -> new Answer(
                    response.getStatusCode().value(), headers(response.getHeaders()), read(response.getBody(), ask)));
        }
    },

    WEB_CLIENT {
        @Override
        Answer send(Call.Factory calls, Ask ask) {
            var request = WebClient.builder()
                    .clientConnector(new OkHttpClientHttpConnector(calls))
                    .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(-1))
                    .build()
                    .method(HttpMethod.valueOf(ask.method()))
                    .uri(URI.create(ask.url()))
                    .headers(headers -> ask.headers().forEach(one -> headers.add(one.getFirst(), one.getSecond())))
                    .attribute(OkHttpClientHttpConnector.MESH_OPTIONS, ask.options());
            Blocks blocks = ask.stream();
            if (blocks != null) {
                request.body(BodyInserters.fromDataBuffers(
                        Flux.range(0, blocks.count()).<DataBuffer>handle((i, sink) -> {
                            try {
                                sink.next(DefaultDataBufferFactory.sharedInstance.wrap(
                                        blocks.block().at(i)));
                            } catch (IOException e) {
                                sink.error(e);
                            }
                        })));
            } else if (ask.text() != null) {
                request.bodyValue(ask.text());
            }
            Answer answer = request.exchangeToMono(response -> body(response, ask)
                            .map(body -> new Answer(
                                    response.statusCode().value(),
                                    headers(response.headers().asHttpHeaders()),
                                    body)))
                    .block(Duration.ofMinutes(2));
            if (answer == null) {
                throw new IllegalStateException("no answer");
            }
            return answer;
        }

        private static Mono<byte[]> body(ClientResponse response, Ask ask) {
            return (ask.isCut()
                            ? response.bodyToFlux(DataBuffer.class).next().map(buffer -> new byte[0])
                            : response.bodyToMono(byte[].class))
                    .defaultIfEmpty(new byte[0]);
        }
    },

    RETROFIT {
        @Override
        Answer send(Call.Factory calls, Ask ask) throws IOException {
            Service service = new Retrofit.Builder()
                    .baseUrl("http://not-used/")
                    .callFactory(calls)
                    .build()
                    .create(Service.class);
            RequestBody body = ask.body();
            String url = ask.url();
            Headers headers = ask.headers();
            MeshOptions options = ask.options();
            if (ask.method().equals("HEAD")) {
                var response = service.head(url, headers, options).execute();
                return new Answer(response.code(), response.headers(), new byte[0]);
            }
            var call =
                    switch (ask.method() + (body == null ? "" : " with a body")) {
                        case "GET" -> service.get(url, headers, options);
                        case "OPTIONS" -> service.options(url, headers, options);
                        case "DELETE" -> service.delete(url, headers, options);
                        case "DELETE with a body" -> service.delete(url, headers, options, body);
                        case "POST with a body" -> service.post(url, headers, options, body);
                        case "PUT with a body" -> service.put(url, headers, options, body);
                        case "PATCH with a body" -> service.patch(url, headers, options, body);
                        case "QUERY with a body" -> service.query(url, headers, options, body);
                        default -> throw new IllegalArgumentException(ask.method());
                    };
            var response = call.execute();
            try (ResponseBody received = response.isSuccessful() ? response.body() : response.errorBody()) {
                byte[] read = received == null ? new byte[0] : read(received.byteStream(), ask); // null with 204
                return new Answer(response.code(), response.headers(), read);
            }
        }
    };

    /** Returns the response, whatever its status; a failure of the call is the cause of what it throws. */
    abstract Answer send(Call.Factory calls, Ask ask) throws IOException;

    /** Whether it throws an exception of Spring, of which the failure of the call is the cause. */
    boolean isOfSpring() {
        return this == REST_CLIENT || this == WEB_CLIENT;
    }

    @SuppressWarnings("ArrayRecordComponent") // of a response of a test, which nothing compares
    record Answer(int status, Headers headers, byte[] body) {
        String text() {
            return ByteString.of(body).utf8();
        }
    }

    private static byte[] read(InputStream body, Ask ask) throws IOException {
        if (ask.isCut()) {
            body.read();
            return new byte[0];
        }
        return body.readAllBytes();
    }

    private static Headers headers(HttpHeaders received) {
        Headers.Builder headers = new Headers.Builder();
        received.forEach((name, values) -> values.forEach(value -> headers.add(name, value)));
        return headers.build();
    }

    /** For Retrofit a method of HTTP is an annotation. */
    private interface Service {
        @HEAD
        retrofit2.Call<Void> head(@Url String url, @HeaderMap Headers headers, @Tag MeshOptions options);

        @GET
        @Streaming
        retrofit2.Call<ResponseBody> get(@Url String url, @HeaderMap Headers headers, @Tag MeshOptions options);

        @OPTIONS
        retrofit2.Call<ResponseBody> options(@Url String url, @HeaderMap Headers headers, @Tag MeshOptions options);

        @DELETE
        retrofit2.Call<ResponseBody> delete(@Url String url, @HeaderMap Headers headers, @Tag MeshOptions options);

        @HTTP(method = "DELETE", hasBody = true)
        retrofit2.Call<ResponseBody> delete(
                @Url String url, @HeaderMap Headers headers, @Tag MeshOptions options, @Body RequestBody body);

        @POST
        retrofit2.Call<ResponseBody> post(
                @Url String url, @HeaderMap Headers headers, @Tag MeshOptions options, @Body RequestBody body);

        @PUT
        retrofit2.Call<ResponseBody> put(
                @Url String url, @HeaderMap Headers headers, @Tag MeshOptions options, @Body RequestBody body);

        @PATCH
        retrofit2.Call<ResponseBody> patch(
                @Url String url, @HeaderMap Headers headers, @Tag MeshOptions options, @Body RequestBody body);

        @HTTP(method = "QUERY", hasBody = true)
        retrofit2.Call<ResponseBody> query(
                @Url String url, @HeaderMap Headers headers, @Tag MeshOptions options, @Body RequestBody body);
    }
}
