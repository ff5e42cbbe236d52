package dev.meshclient.spring.webclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.InboundContext;
import dev.meshclient.Mesh;
import dev.meshclient.MeshOptions;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.server.InboundAttributes;
import dev.meshclient.spring.server.InboundContextAccessor;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.Okio;
import okio.Sink;
import okio.Source;
import okio.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseCookie;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;

/** What a reactive transport has beside the cases of all transports. */
class OkHttpClientHttpConnectorTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    private final MockWebServer server = new MockWebServer();
    private final Queue<Function<RecordedRequest, MockResponse>> answers = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<RecordedRequest> requests = new LinkedBlockingQueue<>();
    private final OkHttpClient okhttp = new OkHttpClient();
    private Mesh mesh;
    private WebClient client;

    @BeforeEach
    void start() throws IOException {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                requests.add(request);
                var answer = answers.poll();
                return answer == null
                        ? new MockResponse.Builder().body("order 7").build()
                        : answer.apply(request);
            }
        });
        server.start();
        mesh = mesh("");
        client = over(new OkHttpClientHttpConnector(mesh.callFactory(okhttp)));
    }

    @AfterEach
    void stop() {
        mesh.close();
        server.close();
        okhttp.dispatcher().executorService().shutdown();
    }

    private Mesh mesh(String settings) {
        return Mesh.builder()
                .policy(PolicySource.of("""
                        {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": 1},
                         "services": {"orders": {"hosts": ["orders"], %s "endpoints": [{"address": "127.0.0.1", "port": %d}]}}}
                        """.formatted(settings, server.getPort())))
                .snapshotDirectory(null)
                .build();
    }

    private static WebClient over(ClientHttpConnector connector) {
        return WebClient.builder()
                .baseUrl("http://orders")
                .clientConnector(connector)
                .build();
    }

    private void answer(MockResponse response) {
        answers.add(request -> response);
    }

    private static MockResponse status(int code) {
        return new MockResponse.Builder().code(code).build();
    }

    private static Flux<DataBuffer> buffers(Flux<String> texts) {
        return texts.map(text -> DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** A client whose responses come from no server: what was read of their bodies is counted; -1: closed. */
    private static OkHttpClient endless(AtomicLong read, CountDownLatch until) {
        class Endless implements Source {
            @Override
            public long read(Buffer sink, long byteCount) throws IOException {
                read.addAndGet(byteCount);
                try {
                    until.await();
                } catch (InterruptedException e) {
                    throw new InterruptedIOException("interrupted");
                }
                sink.write(new byte[(int) byteCount]);
                return byteCount;
            }

            @Override
            public Timeout timeout() {
                return Timeout.NONE;
            }

            @Override
            public void close() {
                read.set(-1);
            }
        }
        return new OkHttpClient.Builder()
                .addInterceptor(chain -> response(
                        chain,
                        chain.request().url().encodedPath().equals("/short")
                                ? ResponseBody.create("order 7", null)
                                : ResponseBody.create(Okio.buffer(new Endless()), null, -1)))
                .build();
    }

    private static Response response(Interceptor.Chain chain, ResponseBody body) {
        return new Response.Builder()
                .request(chain.request())
                .protocol(Protocol.HTTP_1_1)
                .code(200)
                .message("OK")
                .body(body)
                .build();
    }

    @Test
    void the_response_is_read_as_far_as_it_is_requested_and_closed_when_it_is_cancelled() {
        AtomicLong read = new AtomicLong();
        AtomicInteger received = new AtomicInteger();
        BaseSubscriber<DataBuffer> slow = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.request(1);
            }

            @Override
            protected void hookOnNext(DataBuffer buffer) {
                received.incrementAndGet();
            }
        };
        over(new OkHttpClientHttpConnector(endless(read, new CountDownLatch(0))))
                .get()
                .exchangeToFlux(response -> response.bodyToFlux(DataBuffer.class))
                .subscribe(slow);
        for (int i = 1; i < 4; i++) {
            int all = i;
            await().atMost(LONG).until(() -> received.get() == all);
            assertThat(read.get()).isEqualTo(8192L * all);
            slow.request(1);
        }
        await().atMost(LONG).until(() -> received.get() == 4);
        slow.cancel();
        await().atMost(LONG).until(() -> read.get() == -1);
    }

    /** Each time, the limit of one call in flight shows whether the last one has ended. */
    @Test
    void a_cancelled_call_ends_before_its_response_without_a_reader_and_amid_its_body() throws Exception {
        try (Mesh one = mesh("\"limits\": {\"maxRequests\": 1},")) {
            WebClient single = over(new OkHttpClientHttpConnector(one.wrap(okhttp)));
            MockResponse endless = new MockResponse.Builder()
                    .body("x".repeat(1 << 20))
                    .throttleBody(16 << 10, 1, TimeUnit.HOURS)
                    .build();
            answer(new MockResponse.Builder().headersDelay(1, TimeUnit.HOURS).build());
            Disposable waiting =
                    single.get().retrieve().bodyToMono(String.class).subscribe();
            requests.poll(2, TimeUnit.MINUTES);
            waiting.dispose();
            answersAgain(single);

            answer(endless);
            CountDownLatch arrived = new CountDownLatch(1);
            Disposable unread = single.get()
                    .exchangeToMono(response -> {
                        arrived.countDown();
                        return Mono.never();
                    })
                    .subscribe();
            assertThat(arrived.await(2, TimeUnit.MINUTES)).isTrue();
            unread.dispose();
            answersAgain(single);

            answer(endless);
            assertThat(single.get().retrieve().bodyToFlux(DataBuffer.class).blockFirst(LONG))
                    .isNotNull();
            answersAgain(single);
        }
    }

    private static void answersAgain(WebClient client) {
        await().atMost(LONG).ignoreExceptions().until(() -> "order 7"
                .equals(client.get().retrieve().bodyToMono(String.class).block(LONG)));
    }

    @Test
    void a_plain_connection_is_free_after_a_cancellation() {
        answer(new MockResponse.Builder()
                .body("x".repeat(1 << 20))
                .throttleBody(16 << 10, 1, TimeUnit.HOURS)
                .build());
        WebClient plain = over(new OkHttpClientHttpConnector(okhttp));
        plain.get()
                .uri(server.url("/large").uri())
                .retrieve()
                .bodyToFlux(DataBuffer.class)
                .blockFirst(LONG);
        await().atMost(LONG)
                .until(() -> okhttp.connectionPool().connectionCount()
                        == okhttp.connectionPool().idleConnectionCount());
    }

    @Test
    void a_body_from_a_mono_is_sent_again_by_a_retry_and_one_from_a_flux_is_not() {
        MeshOptions idempotent = MeshOptions.DEFAULT.withIdempotent();
        for (boolean again : new boolean[] {true, false}) {
            answer(status(503));
            answers.add(request -> new MockResponse.Builder()
                    .body(new Buffer().write(request.getBody()))
                    .build());
            AtomicInteger subscriptions = new AtomicInteger();
            var request = client.post()
                    .attribute(OkHttpClientHttpConnector.MESH_OPTIONS, idempotent)
                    .contentType(MediaType.TEXT_PLAIN);
            Mono<String> answer = (again
                            ? request.body(
                                    Mono.fromSupplier(() -> "text " + subscriptions.incrementAndGet()), String.class)
                            : request.body(
                                    buffers(Flux.defer(() -> Flux.just("text ", "" + subscriptions.incrementAndGet()))),
                                    DataBuffer.class))
                    .retrieve()
                    .bodyToMono(String.class);
            if (again) {
                assertThat(answer.block(LONG)).isEqualTo("text 1");
            } else {
                assertThatThrownBy(() -> answer.block(LONG))
                        .isInstanceOf(WebClientResponseException.ServiceUnavailable.class);
            }
            assertThat(subscriptions).hasValue(1);
        }
    }

    @Test
    void the_failure_of_a_body_is_the_failure_of_the_call() {
        List<Exception> failures = List.of(new IOException("the file is gone"), new IllegalStateException("a bug"));
        for (Exception failure : failures) {
            List<Flux<DataBuffer>> bodies = List.of(
                    buffers(Flux.error(failure)),
                    buffers(Flux.<String>concat(Flux.just("a"), Flux.error(failure))
                            .delayElements(Duration.ofMillis(1))));
            for (Flux<DataBuffer> body : bodies) {
                assertThat(failure(body)).isSameAs(failure);
            }
            assertThat(catchThrowable(() -> client.post()
                                    .body(Mono.error(failure), String.class)
                                    .retrieve()
                                    .toBodilessEntity()
                                    .block(LONG))
                            .getCause())
                    .isSameAs(failure);
        }
    }

    private Throwable failure(Flux<DataBuffer> body) {
        Throwable failure = catchThrowable(() -> client.post()
                .body(body, DataBuffer.class)
                .retrieve()
                .toBodilessEntity()
                .block(LONG));
        assertThat(failure).isInstanceOf(WebClientRequestException.class);
        return Objects.requireNonNull(failure.getCause());
    }

    @Test
    void a_response_that_spring_cannot_have_fails_the_call() {
        answer(new MockResponse.Builder().status("HTTP/1.1 099 Odd").body("odd").build());
        assertThatThrownBy(() ->
                        client.get().uri("/odd").retrieve().toBodilessEntity().block(Duration.ofSeconds(30)))
                .isInstanceOf(WebClientRequestException.class)
                .cause()
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("the response to GET http://orders/odd has the status 99; HTTP has those from 100 to 999:"
                        + " correct the service");
        assertThat(client.get().retrieve().bodyToMono(String.class).block(LONG)).isEqualTo("order 7");
        assertThat(requests).extracting(RecordedRequest::getConnectionIndex).containsExactly(0, 0);
    }

    @Test
    void a_publisher_that_throws_is_cancelled() {
        AtomicInteger cancelled = new AtomicInteger();
        IllegalStateException bug = new IllegalStateException("a bug");
        PublishedBody body = new PublishedBody(
                subscriber -> {
                    subscriber.onSubscribe(new Subscription() {
                        @Override
                        public void request(long n) {}

                        @Override
                        public void cancel() {
                            cancelled.incrementAndGet();
                        }
                    });
                    throw bug;
                },
                -1);
        assertThatThrownBy(() -> body.writeTo(new Buffer()))
                .isInstanceOf(IOException.class)
                .hasMessage("the request body failed: " + bug)
                .hasCause(bug);
        assertThat(cancelled).hasValue(1);
        assertThat(body.failure()).isSameAs(bug);
    }

    @Test
    void a_body_that_stays_out_holds_no_thread_after_its_call() throws InterruptedException {
        CountDownLatch cancelled = new CountDownLatch(1);
        CountDownLatch subscribed = new CountDownLatch(1);
        Flux<DataBuffer> silent = Flux.<DataBuffer>never()
                .doOnSubscribe(s -> subscribed.countDown())
                .doOnCancel(cancelled::countDown);
        Disposable call = client.post()
                .body(silent, DataBuffer.class)
                .retrieve()
                .toBodilessEntity()
                .subscribe();
        assertThat(subscribed.await(2, TimeUnit.MINUTES)).isTrue();
        call.dispose();
        assertThat(cancelled.await(2, TimeUnit.MINUTES)).isTrue();
        await().atMost(LONG).until(() -> okhttp.dispatcher().runningCallsCount() == 0);
    }

    @Test
    void an_event_is_sent_before_the_next_one_is_there() {
        Sinks.Many<String> events = Sinks.many().unicast().onBackpressureBuffer();
        BlockingQueue<String> sent = new LinkedBlockingQueue<>();
        Sink wire = new Sink() {
            @Override
            public void write(Buffer source, long byteCount) throws IOException {
                sent.add(source.readUtf8(byteCount));
            }

            @Override
            public void flush() {}

            @Override
            public Timeout timeout() {
                return Timeout.NONE;
            }

            @Override
            public void close() {}
        };
        OkHttpClient upload = new OkHttpClient.Builder()
                .addInterceptor(chain -> {
                    chain.request().body().writeTo(Okio.buffer(wire));
                    return response(chain, ResponseBody.create("done", null));
                })
                .build();
        CompletableFuture<String> answer = over(new OkHttpClientHttpConnector(upload))
                .post()
                .body(buffers(events.asFlux()), DataBuffer.class)
                .retrieve()
                .bodyToMono(String.class)
                .toFuture();
        for (String event : List.of("a", "b", "c")) {
            events.tryEmitNext(event).orThrow();
            await().atMost(LONG).until(() -> event.equals(sent.poll()));
        }
        events.tryEmitComplete().orThrow();
        assertThat(answer).succeedsWithin(LONG).isEqualTo("done");
    }

    @Test
    @SuppressWarnings("try") // the scope is not referenced
    void the_inbound_context_of_the_reactor_context_limits_the_call() {
        answer(new MockResponse.Builder().headersDelay(1, TimeUnit.HOURS).build());
        InboundContext inbound = InboundContext.of(name -> name.equals("x-mesh-deadline-ms") ? "50" : null);
        assertThatThrownBy(() -> client.get()
                        .uri("/slow")
                        .retrieve()
                        .bodyToMono(String.class)
                        .contextWrite(Context.of(OkHttpClientHttpConnector.INBOUND_CONTEXT, inbound))
                        .block(LONG))
                .cause()
                .isInstanceOf(DeadlineExceeded.class);
        answers.clear(); // the call may have ended before it was sent
        InboundContext retry = InboundContext.of(name -> name.equals("baggage") ? "tenant=7" : null);
        client.get()
                .uri("/attribute")
                .attribute(OkHttpClientHttpConnector.MESH_OPTIONS, MeshOptions.DEFAULT.withInbound(retry))
                .retrieve()
                .bodyToMono(String.class)
                .contextWrite(Context.of(OkHttpClientHttpConnector.INBOUND_CONTEXT, inbound))
                .block(LONG);
        assertThat(baggage("/attribute")).containsExactly("tenant=7");
        try (InboundContext.Scope scope = retry.open()) {
            client.get().uri("/scope").retrieve().bodyToMono(String.class).block(LONG);
        }
        assertThat(baggage("/scope")).containsExactly("tenant=7");
    }

    private List<String> baggage(String path) {
        return requests.stream()
                .filter(request -> request.getUrl().encodedPath().equals(path))
                .flatMap(request -> request.getHeaders().values("baggage").stream())
                .toList();
    }

    @Test
    void the_key_of_the_inbound_context_is_that_of_the_server_side() {
        assertThat(OkHttpClientHttpConnector.INBOUND_CONTEXT)
                .isEqualTo(InboundAttributes.CONTEXT)
                .isEqualTo(new InboundContextAccessor().key());
    }

    @Test
    void the_observation_of_springs_client_is_current_where_the_call_starts() {
        ObservationRegistry registry = TestObservationRegistry.create();
        Queue<String> current = new ConcurrentLinkedQueue<>();
        OkHttpClient listening = okhttp.newBuilder()
                .eventListener(new EventListener() {
                    @Override
                    public void callStart(Call call) {
                        Observation observation = registry.getCurrentObservation();
                        current.add(
                                observation == null
                                        ? "none"
                                        : observation.getContextView().getName());
                    }
                })
                .build();
        WebClient observed = WebClient.builder()
                .observationRegistry(registry)
                .clientConnector(new OkHttpClientHttpConnector(mesh.wrap(listening)))
                .build();
        observed.get()
                .uri("http://orders/7")
                .retrieve()
                .bodyToMono(String.class)
                .block(LONG);
        assertThat(current).contains("http.client.requests").doesNotContain("none");
        assertThat(registry.getCurrentObservation()).isNull();
    }

    @Test
    void many_open_streams_do_not_delay_another_response() {
        int streams =
                10 * Runtime.getRuntime().availableProcessors() + 1; // more than Reactor has threads for what blocks
        AtomicLong asked = new AtomicLong();
        CountDownLatch never = new CountDownLatch(1);
        WebClient many = over(new OkHttpClientHttpConnector(endless(asked, never)));
        List<Disposable> open = IntStream.range(0, streams)
                .mapToObj(
                        i -> many.get().retrieve().bodyToFlux(DataBuffer.class).subscribe(buffer -> {}, e -> {}))
                .toList();
        await().atMost(LONG).until(() -> asked.get() == streams * 8192L);
        assertThat(many.get().uri("/short").retrieve().bodyToMono(String.class).block(LONG))
                .isEqualTo("order 7");
        open.forEach(Disposable::dispose);
    }

    @Test
    void responses_are_read_on_the_threads_of_an_executor_if_one_is_passed() {
        Queue<String> threads = new ConcurrentLinkedQueue<>();
        WebClient own =
                over(new OkHttpClientHttpConnector(mesh.callFactory(okhttp), task -> new Thread(task, "mine").start()));
        own.get()
                .retrieve()
                .bodyToFlux(DataBuffer.class)
                .doOnNext(buffer -> threads.add(Thread.currentThread().getName()))
                .blockLast(LONG);
        assertThat(threads).containsOnly("mine");
    }

    private static Thread reader(WebClient client) {
        CompletableFuture<Thread> reader = new CompletableFuture<>();
        client.get()
                .retrieve()
                .bodyToFlux(DataBuffer.class)
                .doOnNext(buffer -> reader.complete(Thread.currentThread()))
                .blockLast(LONG);
        return reader.join();
    }

    @Test
    void the_threads_that_read_end_with_the_connector() throws Exception {
        OkHttpClientHttpConnector connector = new OkHttpClientHttpConnector(mesh.callFactory(okhttp));
        WebClient own = over(connector);
        Thread reader = reader(own);
        connector.close();
        reader.join(30_000); // an idle thread ends after a minute
        assertThat(reader.isAlive()).isFalse();
        assertThatThrownBy(() -> own.get().retrieve().bodyToMono(String.class).block(LONG))
                .cause()
                .isInstanceOf(IOException.class)
                .hasMessage("the response to GET http://orders/ is not read: its connector is closed, or its executor"
                        + " refuses tasks");
        await().atMost(LONG).until(() -> okhttp.dispatcher().runningCallsCount() == 0);
    }

    @Test
    void a_closed_connector_leaves_the_executor_of_the_caller() {
        ExecutorService callers = Executors.newCachedThreadPool();
        try {
            OkHttpClientHttpConnector connector = new OkHttpClientHttpConnector(mesh.callFactory(okhttp), callers);
            connector.close();
            assertThat(callers.isShutdown()).isFalse();
            assertThat(reader(over(connector)).isAlive()).isTrue();
        } finally {
            callers.shutdown();
        }
    }

    @Test
    void a_response_that_is_read_fails_when_its_connector_is_closed() {
        AtomicLong read = new AtomicLong();
        OkHttpClientHttpConnector connector = new OkHttpClientHttpConnector(endless(read, new CountDownLatch(1)));
        CompletableFuture<String> answer =
                over(connector).get().retrieve().bodyToMono(String.class).toFuture();
        await().atMost(LONG).until(() -> read.get() > 0);
        connector.close();
        assertThat(answer)
                .failsWithin(LONG)
                .withThrowableThat()
                .havingRootCause()
                .isInstanceOf(IOException.class);
        await().atMost(LONG).until(() -> read.get() == -1);
    }

    @Test
    void cookies_are_sent_and_received_with_their_attributes() throws InterruptedException {
        answer(new MockResponse.Builder()
                .addHeader(
                        "Set-Cookie",
                        "id=7; Path=/; Domain=shop.example; Max-Age=60; Secure; HttpOnly; SameSite=Lax; Partitioned")
                .addHeader("Set-Cookie", "old=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; max-age=no; other")
                .addHeader("Set-Cookie", "id=8;expires=Thu, 01 Jan 2099 00:00:00 GMT; MAX-AGE=-1")
                .addHeader("Set-Cookie", "no name")
                .addHeader("Set-Cookie", "b\"d=1")
                .addHeader("Set-Cookie", "empty=")
                .build());
        var cookies = client.get()
                .cookie("a", "1")
                .cookie("b", "2")
                .exchangeToMono(response -> Mono.just(response.cookies()))
                .block(LONG);
        assertThat(requests.poll(2, TimeUnit.MINUTES).getHeaders().values("Cookie"))
                .containsExactly("a=1; b=2");
        assertThat(cookies).containsOnlyKeys("id", "old", "empty");
        assertThat(Objects.requireNonNull(cookies).get("id"))
                .containsExactly(
                        ResponseCookie.fromClientResponse("id", "7")
                                .path("/")
                                .domain("shop.example")
                                .maxAge(60)
                                .secure(true)
                                .httpOnly(true)
                                .sameSite("Lax")
                                .partitioned(true)
                                .build(),
                        ResponseCookie.fromClientResponse("id", "8").maxAge(0).build());
        assertThat(Objects.requireNonNull(cookies.getFirst("old")).getMaxAge()).isZero();
        assertThat(Objects.requireNonNull(cookies.getFirst("empty")).getValue()).isEmpty();
    }

    @Test
    void what_okhttp_does_not_send_is_refused_by_name() {
        for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.HEAD)) {
            assertThatThrownBy(() -> client.method(method)
                            .uri("/m")
                            .bodyValue("text")
                            .retrieve()
                            .toBodilessEntity()
                            .block(LONG))
                    .cause()
                    .isInstanceOf(IOException.class)
                    .hasMessage("OkHttp sends no body with " + method
                            + ": http://orders/m; use POST, or leave the body out");
        }
        assertThatThrownBy(() -> client.mutate()
                        .baseUrl("")
                        .build()
                        .get()
                        .uri("/7")
                        .retrieve()
                        .toBodilessEntity()
                        .block(LONG))
                .cause()
                .hasMessage(
                        "OkHttp calls absolute http: and https: URIs, not '/7'; state a base URL, such as http://orders");
        assertThatThrownBy(() -> client.get()
                        .uri("/7")
                        .header("Mine", "a\nb")
                        .retrieve()
                        .toBodilessEntity()
                        .block(LONG))
                .cause()
                .isInstanceOf(IOException.class)
                .hasMessageContaining("OkHttp cannot send GET http://orders/7: Unexpected char");
        assertThat(requests).isEmpty();
    }

    @Test
    void a_response_is_read_once() {
        Mono<String> twice = client.get()
                .exchangeToMono(response -> response.bodyToMono(String.class).then(response.bodyToMono(String.class)));
        assertThatThrownBy(() -> twice.block(LONG)).isInstanceOf(IllegalStateException.class);
    }
}
