package dev.meshclient.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Decision;
import dev.meshclient.Mesh;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.Call;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSink;
import okio.BufferedSource;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of all kinds travel both ways as they are. */
@ParameterizedClass(name = "{0}")
@EnumSource(Edge.class)
class BodyContractTest extends OkHttpContract {
    /** A body that is written in pieces, with or without a length known before. */
    private static RequestBody pieces(long length, boolean oneShot, String... pieces) {
        return new RequestBody() {
            @Override
            public MediaType contentType() {
                return TEXT;
            }

            @Override
            public long contentLength() {
                return length;
            }

            @Override
            public boolean isOneShot() {
                return oneShot;
            }

            @Override
            public void writeTo(BufferedSink sink) throws IOException {
                for (String piece : pieces) {
                    sink.writeUtf8(piece).flush();
                }
            }
        };
    }

    private Request posting(RequestBody body) {
        return get("/").newBuilder().post(body).build();
    }

    @Test
    void a_body_of_known_length_is_sent_with_its_length() throws Exception {
        orders.enqueue(ok("thanks"));
        assertThat(read(calls(), post("/", "hello"))).isEqualTo("thanks");
        RecordedRequest request = orders.takeRequest();
        assertThat(request.getHeaders().get("Content-Length")).isEqualTo("5");
        assertThat(request.getBody().utf8()).isEqualTo("hello");
    }

    @Test
    void a_body_of_unknown_length_is_sent_in_chunks() throws Exception {
        orders.enqueue(ok("thanks"));
        assertThat(read(calls(), posting(pieces(-1, false, "abc", "de")))).isEqualTo("thanks");
        RecordedRequest request = orders.takeRequest();
        assertThat(request.getHeaders().get("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(request.getChunkSizes()).containsExactly(3, 2);
    }

    @Test
    void a_body_that_can_be_written_once_is_written_once() throws Exception {
        orders.enqueue(ok("thanks"));
        assertThat(read(calls(), posting(pieces(5, true, "ab", "cde")))).isEqualTo("thanks");
        assertThat(orders.takeRequest().getBody().utf8()).isEqualTo("abcde");
    }

    @Test
    void a_body_that_breaks_its_word_on_its_length_fails() {
        orders.enqueue(ok("thanks"));
        assertThatThrownBy(() -> read(calls(), posting(pieces(5, false, "too long"))))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("expected 5 bytes but received");
    }

    @Test
    void a_body_that_cannot_be_written_fails_the_call_with_its_own_exception() {
        orders.enqueue(ok("thanks"));
        RequestBody broken = new RequestBody() {
            @Override
            public MediaType contentType() {
                return TEXT;
            }

            @Override
            public void writeTo(BufferedSink sink) throws IOException {
                throw new java.io.FileNotFoundException("gone");
            }
        };
        assertThatThrownBy(() -> read(calls(), posting(broken)))
                .isExactlyInstanceOf(java.io.FileNotFoundException.class)
                .hasMessage("gone");
    }

    @Test
    void a_body_that_cannot_state_its_length_fails_the_call_once_and_blames_no_endpoint() {
        AtomicInteger asked = new AtomicInteger();
        RequestBody broken = new RequestBody() {
            @Override
            public MediaType contentType() {
                return TEXT;
            }

            @Override
            public long contentLength() throws IOException {
                asked.incrementAndGet();
                throw new java.io.FileNotFoundException("gone");
            }

            @Override
            public void writeTo(BufferedSink sink) {
                throw new AssertionError("its length is not known");
            }
        };
        assertThatThrownBy(() -> read(calls(), posting(broken)))
                .isExactlyInstanceOf(java.io.FileNotFoundException.class)
                .hasMessage("gone")
                .satisfies(e -> assertThat(Mesh.decision(e)).isSameAs(Decision.NONE)); // no endpoint has failed
        assertThat(asked).hasValue(1);
        assertThat(orders.getRequestCount()).isZero();
    }

    @Test
    void an_expectation_is_met_before_the_body_is_sent() throws Exception {
        orders.enqueue(
                new MockResponse.Builder().add100Continue().body("thanks").build());
        Request request =
                post("/", "hello").newBuilder().header("Expect", "100-continue").build();
        assertThat(read(calls(), request)).isEqualTo("thanks");
        assertThat(orders.takeRequest().getBody().utf8()).isEqualTo("hello");
    }

    @Test
    void an_expectation_that_is_not_met_leaves_the_body_at_home() throws Exception {
        orders.enqueue(answer(417).doNotReadRequestBody().build());
        Request request =
                post("/", "hello").newBuilder().header("Expect", "100-continue").build();
        try (Response response = calls().newCall(request).execute()) {
            assertThat(response.code()).isEqualTo(417);
        }
        assertThat(events.takeAtEnd()).doesNotContain("requestBodyStart");
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void an_answer_without_a_body_is_empty_and_frees_its_connection(int code) throws Exception {
        orders.enqueue(answer(code).build());
        orders.enqueue(ok("next"));
        Call.Factory calls = calls();
        try (Response response = calls.newCall(get("/")).execute()) {
            assertThat(response.code()).isEqualTo(code);
            assertThat(response.body().string()).isEmpty();
        }
        assertThat(read(calls, get("/"))).isEqualTo("next");
        assertThat(orders.takeRequest().getExchangeIndex()).isZero();
        assertThat(orders.takeRequest().getExchangeIndex()).isEqualTo(1);
    }

    @Test
    void the_answer_to_HEAD_says_a_length_and_has_no_body() throws Exception {
        orders.enqueue(answer(200).setHeader("Content-Length", "100").build());
        Request head = get("/").newBuilder().head().build();
        try (Response response = calls().newCall(head).execute()) {
            assertThat(response.header("Content-Length")).isEqualTo("100");
            assertThat(response.body().string()).isEmpty();
        }
    }

    @Test
    void an_answer_in_chunks_ends_with_its_trailers() throws Exception {
        orders.enqueue(new MockResponse.Builder()
                .chunkedBody("abcdef", 2)
                .trailers(Headers.of("checksum", "f00"))
                .build());
        try (Response response = calls().newCall(get("/")).execute()) {
            assertThat(response.body().contentLength()).isEqualTo(-1);
            assertThat(response.body().string()).isEqualTo("abcdef");
            assertThat(response.trailers()).isEqualTo(Headers.of("checksum", "f00"));
        }
    }

    @Test
    void a_truncated_answer_is_an_error() throws Exception {
        orders.enqueue(ok("x".repeat(100_000))
                .newBuilder()
                .onResponseBody(new SocketEffect.CloseSocket())
                .build());
        try (Response response = calls().newCall(get("/")).execute()) {
            assertThatThrownBy(() -> response.body().bytes()).isInstanceOf(ProtocolException.class);
        }
        assertThat(events.takeAtEnd()).endsWith("responseFailed connectionReleased callFailed(ProtocolException)");
    }

    @Test
    void gzip_is_asked_for_and_taken_off() throws Exception {
        orders.enqueue(gzipped("hello"));
        try (Response response = calls().newCall(get("/")).execute()) {
            assertThat(response.header("Content-Encoding")).isNull();
            assertThat(response.header("Content-Length")).isNull();
            assertThat(response.body().string()).isEqualTo("hello");
        }
        assertThat(orders.takeRequest().getHeaders().get("Accept-Encoding")).contains("gzip");
    }

    @Test
    void an_encoding_that_the_caller_asked_for_is_left_on() throws Exception {
        orders.enqueue(gzipped("hello"));
        Request request =
                get("/").newBuilder().header("Accept-Encoding", "gzip").build();
        try (Response response = calls().newCall(request).execute()) {
            assertThat(response.header("Content-Encoding")).isEqualTo("gzip");
        }
    }

    private static MockResponse gzipped(String body) throws IOException {
        Buffer zipped = new Buffer();
        try (BufferedSink sink = Okio.buffer(new GzipSink(zipped))) {
            sink.writeUtf8(body);
        }
        return new MockResponse.Builder()
                .addHeader("Content-Encoding", "gzip")
                .body(zipped)
                .build();
    }

    @Test
    void a_stream_is_read_while_it_is_written() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        orders.enqueue(new MockResponse.Builder()
                .addHeader("Content-Type", "text/event-stream")
                .body(new Streamed(read))
                .onResponseEnd(new SocketEffect.CloseSocket())
                .build());
        try (Response response = calls().newCall(get("/")).execute()) {
            BufferedSource source = response.body().source();
            assertThat(source.readUtf8Line()).isEqualTo("data: first");
            read.countDown();
            assertThat(source.readUtf8Line()).isEqualTo("data: second");
            assertThat(source.exhausted()).isTrue();
        }
    }

    /** Writes its second line only when the first was read. */
    private record Streamed(CountDownLatch read) implements mockwebserver3.MockResponseBody {
        @Override
        public long getContentLength() {
            return -1;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            sink.writeUtf8("data: first\n").flush();
            try {
                read.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            sink.writeUtf8("data: second\n");
        }
    }

    @Test
    void a_duplex_body_talks_both_ways_at_once() throws Exception {
        orders.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        orders.enqueue(new MockResponse.Builder()
                .clearHeaders()
                .socketHandler(socket -> {
                    try (BufferedSource source = Okio.buffer(socket.getSource());
                            BufferedSink sink = Okio.buffer(socket.getSink())) {
                        sink.writeUtf8("you said " + source.readUtf8Line() + "\n")
                                .flush();
                        sink.writeUtf8("and then " + source.readUtf8Line() + "\n");
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                })
                .build());
        Duplex body = new Duplex();
        Call call = calls(b -> b.protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE)))
                .newCall(get("/").newBuilder().post(body).build());
        try (Response response = call.execute()) {
            BufferedSink sink = body.sink();
            sink.writeUtf8("one\n").flush();
            assertThat(response.body().source().readUtf8Line()).isEqualTo("you said one");
            sink.writeUtf8("two\n").close();
            assertThat(response.body().source().readUtf8Line()).isEqualTo("and then two");
            assertThat(response.body().source().exhausted()).isTrue();
        }
        assertThat(events.takeAtEnd()).contains("requestBodyEnd(8)").endsWith("connectionReleased callEnd");
    }

    private static final class Duplex extends RequestBody {
        private final AtomicReference<BufferedSink> sink = new AtomicReference<>();

        @Override
        public MediaType contentType() {
            return TEXT;
        }

        @Override
        public boolean isDuplex() {
            return true;
        }

        @Override
        public void writeTo(BufferedSink given) {
            sink.set(given);
        }

        BufferedSink sink() {
            return sink.get();
        }
    }
}
