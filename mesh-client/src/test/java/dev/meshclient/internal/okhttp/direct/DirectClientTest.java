package dev.meshclient.internal.okhttp.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Authenticator;
import okhttp3.Call;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttp;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is sent and answered, both paths put the same bytes on the wire, report the same events and return the same. One thing
 * differs: a body or a cookie jar that throws before the request begins does so when the connection is made.
 */
class DirectClientTest {
    private static final String OK =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\nhello";
    private static final ByteString SILENT = ByteString.encodeUtf8("x");
    private static final MediaType TEXT = MediaType.get("text/plain");

    private ServerSocket server;
    private BlockingQueue<String> received;

    @BeforeEach
    void start() throws IOException {
        received = new LinkedBlockingQueue<>();
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private void answer(byte[] response) {
        ServerSocket server = this.server;
        BlockingQueue<String> received = this.received;
        Thread thread = new Thread(() -> {
            try (Socket socket = server.accept()) {
                received.add(request(socket.getInputStream()));
                if (response.length == SILENT.size()) {
                    socket.getInputStream().read(); // until the client closes it
                    return;
                }
                socket.getOutputStream().write(response);
            } catch (IOException closed) {
                received.add("nothing");
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    /** A whole request: its head, and a body of a stated length or in chunks. */
    private static String request(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.UTF_8).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return head + " (closed)";
            }
            head.write(next);
        }
        String said = head.toString(StandardCharsets.UTF_8);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int length = said.contains("\r\nContent-Length: ") && !said.contains("Expect:") // the answer is awaited first
                ? Integer.parseInt(said.replaceAll("(?s).*\r\nContent-Length: (\\d+).*", "$1"))
                : 0;
        while (said.contains("\r\nTransfer-Encoding: chunked")
                ? !body.toString(StandardCharsets.UTF_8).endsWith("0\r\n\r\n")
                : body.size() < length) {
            int next = in.read();
            if (next < 0) {
                return said + body + " (closed)";
            }
            body.write(next);
        }
        return said + body;
    }

    /** What a case observes of one path. */
    private Map<String, String> observed(OkHttpPath path, Case the) throws Exception {
        answer(the.response.toByteArray());
        Jar jar = new Jar(the.cookies);
        List<String> events = new ArrayList<>();
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .cookieJar(jar)
                .fastFallback(false)
                .followRedirects(false)
                .authenticator(Authenticator.NONE)
                .readTimeout(10, TimeUnit.SECONDS)
                .eventListener(new NamedEvents(events))
                .addNetworkInterceptor(new Plain());
        the.settings.accept(builder);
        InnerClient client = path.client(builder.build());
        Request.Builder request = new Request.Builder().url("http://127.0.0.1:" + server.getLocalPort() + "/a?b=c");
        the.request.accept(request);
        Map<String, String> seen = new LinkedHashMap<>();
        Call call = client.newCall(request.build());
        try (Response response = client.execute(call)) {
            seen.put("response", response.code() + " " + response.message() + " " + response.protocol());
            seen.put("headers", response.headers().toString());
            seen.put(
                    "request",
                    response.request().method() + " " + response.request().headers());
            seen.put("prior", String.valueOf(response.priorResponse()));
            seen.put("cached", String.valueOf(response.cacheResponse()));
            Response network = response.networkResponse();
            if (network != null) {
                seen.put(
                        "network",
                        network + " " + network.headers() + network.request().headers());
                seen.put(
                        "network body",
                        network.body().contentType() + " " + network.body().contentLength() + " "
                                + failure(() -> network.body().string()));
                seen.put("network socket", String.valueOf(network.socket() != null));
            }
            seen.put(
                    "type",
                    response.body().contentType() + " " + response.body().contentLength());
            seen.put("body", failure(() -> response.body().string()));
            seen.put("trailers", failure(() -> response.trailers().toString()));
            seen.put("socket", String.valueOf(response.socket() != null));
        } catch (Exception e) {
            seen.put("failure", e.toString());
        }
        if (!events.contains("connectionAcquired")) {
            server.close(); // nothing was sent
        }
        seen.put("events", String.join(" ", events));
        seen.put("saved", jar.saved.toString());
        seen.put("wire", String.valueOf(received.poll(10, TimeUnit.SECONDS)));
        seen.put("idle", client.okhttp().connectionPool().idleConnectionCount() + "");
        String port = ":" + server.getLocalPort();
        seen.replaceAll((what, text) -> text.replace(port, ":port"));
        return seen;
    }

    private static String failure(Action action) {
        try {
            return action.run();
        } catch (Exception e) {
            return e.toString();
        }
    }

    private interface Action {
        String run() throws Exception;
    }

    record Case(
            String name,
            Consumer<Request.Builder> request,
            Consumer<OkHttpClient.Builder> settings,
            List<String> cookies,
            ByteString response) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case of(String name, Consumer<Request.Builder> request, String response) {
        return of(name, request, ByteString.encodeUtf8(response));
    }

    private static Case of(String name, Consumer<Request.Builder> request, ByteString response) {
        return new Case(name, request, builder -> {}, List.of(), response);
    }

    private static ByteString zipped(String head) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write("hello, hello, hello".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(("HTTP/1.1 200 OK\r\n" + head + "Content-Length: " + zipped.size() + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        all.writeBytes(zipped.toByteArray());
        return ByteString.of(all.toByteArray());
    }

    static Stream<Arguments> cases() {
        Consumer<Request.Builder> get = builder -> {};
        return Stream.of(
                        of("GET", get, OK),
                        of(
                                "a header of each kind",
                                b -> b.header("Host", "h")
                                        .header("User-Agent", "u")
                                        .header("Accept", "*"),
                                OK),
                        of("Connection: close", b -> b.header("Connection", "close"), OK),
                        of("a header twice", b -> b.addHeader("a", "1").addHeader("a", "2"), OK),
                        of("HEAD", Request.Builder::head, OK),
                        of("HEAD of what is zipped", Request.Builder::head, zipped("Content-Encoding: gzip\r\n")),
                        of("PUT with a type", b -> b.put(RequestBody.create("text", TEXT)), OK),
                        of(
                                "POST of a type in headers",
                                b -> b.post(RequestBody.create("text", null)).header("Content-Type", "x/y"),
                                OK),
                        of(
                                "POST of an own type",
                                b -> b.post(RequestBody.create("text", TEXT)).header("Content-Type", "x/y"),
                                OK),
                        of("POST of nothing", b -> b.post(RequestBody.create(new byte[0], null)), OK),
                        of("POST of unknown length", b -> b.post(new Text(-1)), OK),
                        of(
                                "POST of unknown length with a length",
                                b -> b.post(new Text(-1)).header("Content-Length", "7"),
                                OK),
                        of(
                                "POST in chunks of a known length",
                                b -> b.post(new Text(4)).header("Transfer-Encoding", "chunked"),
                                OK),
                        of("a body longer than it says", b -> b.post(new Text(3)), OK),
                        of("a body shorter than it says", b -> b.post(new Text(5)), OK),
                        of("DELETE", Request.Builder::delete, OK),
                        of(
                                "Expect: 100-continue",
                                b -> b.post(new Text(4)).header("Expect", "100-continue"),
                                "HTTP/1.1 100 Continue\r\n\r\n" + OK),
                        of("early hints", get, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK),
                        of("only-if-cached of HTTP/1.0", b -> b.header("Pragma", "only-if-cached"), OK),
                        of("only-if-cached", b -> b.header("Cache-Control", "only-if-cached"), OK),
                        of("no-cache", b -> b.header("Cache-Control", "no-cache"), OK),
                        of("zipped", get, zipped("Content-Encoding: gzip\r\nContent-Type: text/plain\r\n")),
                        of("zipped, in capitals", get, zipped("Content-Encoding: GZIP\r\n")),
                        of(
                                "zipped, asked for",
                                b -> b.header("Accept-Encoding", "gzip"),
                                zipped("Content-Encoding: gzip\r\n")),
                        of(
                                "zipped, of a range",
                                b -> b.header("Range", "bytes=0-"),
                                zipped("Content-Encoding: gzip\r\n")),
                        of(
                                "said to be zipped",
                                get,
                                OK.replace("Content-Type", "Content-Encoding: gzip\r\nContent-Type")),
                        of("204", get, "HTTP/1.1 204 No Content\r\n\r\n"),
                        of("204, zipped", get, "HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n"),
                        of("204 with a body", get, OK.replace("200 OK", "204 No Content")),
                        of("304", get, "HTTP/1.1 304 Not Modified\r\nETag: x\r\nContent-Encoding: gzip\r\n\r\n"),
                        of(
                                "304 with a length, zipped",
                                get,
                                "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\n"),
                        of("until the end", get, "HTTP/1.1 200 OK\r\n\r\nhello"),
                        of(
                                "chunks and trailers",
                                get,
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nt: 1\r\n\r\n"),
                        of("truncated", get, OK.replace("Content-Length: 5", "Content-Length: 50")),
                        of("truncated head", get, "HTTP/1.1 200 OK\r\nContent-"),
                        of("nothing", get, ""),
                        of("garbage", get, "hello\r\n\r\n"),
                        of("a bad type", get, OK.replace("text/plain; charset=utf-8", "nonsense")),
                        of("no type", get, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
                        of("302", get, "HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"),
                        of(
                                "401",
                                get,
                                "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n"),
                        of("421", get, "HTTP/1.1 421 Misdirected Request\r\nContent-Length: 0\r\n\r\n"),
                        of("503", get, "HTTP/1.1 503 Unavailable\r\nRetry-After: 10\r\nContent-Length: 0\r\n\r\n"),
                        of(
                                "an upgrade",
                                b -> b.header("Connection", "upgrade").header("Upgrade", "raw"),
                                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: raw\r\n\r\nbytes"),
                        of("HTTP/1.0", get, OK.replace("HTTP/1.1", "HTTP/1.0")),
                        new Case(
                                "cookies of the jar",
                                get,
                                b -> {},
                                List.of("a=1", "b=2"),
                                ByteString.encodeUtf8(OK.replace(
                                        "Content-Type", "Set-Cookie: c=3\r\nSet-Cookie: d=4; Path=/\r\nContent-Type"))),
                        new Case(
                                "cookies of both",
                                b -> b.header("Cookie", "own=0"),
                                b -> {},
                                List.of("a=1"),
                                ByteString.encodeUtf8(OK)),
                        new Case(
                                "a cookie of the request",
                                b -> b.header("Cookie", "own=0"),
                                b -> {},
                                List.of(),
                                ByteString.encodeUtf8(OK)),
                        new Case(
                                "an application interceptor that answers",
                                get,
                                b -> b.addInterceptor(c -> c.proceed(c.request())
                                        .newBuilder()
                                        .code(299)
                                        .build()),
                                List.of(),
                                ByteString.encodeUtf8(OK)),
                        new Case(
                                "a network interceptor",
                                get,
                                b -> b.addNetworkInterceptor(c -> {
                                    Response response = c.proceed(c.request()
                                            .newBuilder()
                                            .header("n", c.connection() + "")
                                            .build());
                                    return response.newBuilder()
                                            .header(
                                                    "seen",
                                                    c.request().headers().names() + "")
                                            .build();
                                }),
                                List.of(),
                                ByteString.encodeUtf8(OK)),
                        new Case(
                                "a network interceptor that proceeds twice",
                                get,
                                b -> b.addNetworkInterceptor(c -> {
                                    c.proceed(c.request()).close();
                                    return c.proceed(c.request());
                                }),
                                List.of(),
                                ByteString.encodeUtf8(OK)),
                        new Case(
                                "a network interceptor that cancels",
                                get,
                                b -> b.addNetworkInterceptor(c -> {
                                    c.call().cancel();
                                    return c.proceed(c.request());
                                }),
                                List.of(),
                                ByteString.encodeUtf8(OK)),
                        new Case(
                                "a network interceptor that cancels late",
                                get,
                                b -> b.addNetworkInterceptor(c -> {
                                    Response response = c.proceed(c.request());
                                    c.call().cancel();
                                    return response;
                                }),
                                List.of(),
                                ByteString.encodeUtf8(OK)),
                        new Case(
                                "a network interceptor that fails",
                                get,
                                b -> b.addNetworkInterceptor(c -> {
                                    throw new IOException("mine");
                                }),
                                List.of(),
                                ByteString.encodeUtf8(OK)),
                        new Case(
                                "a network interceptor that throws",
                                get,
                                b -> b.addNetworkInterceptor(c -> {
                                    throw new IllegalStateException("mine");
                                }),
                                List.of(),
                                ByteString.encodeUtf8(OK)))
                .map(Arguments::of);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void both_paths_send_and_return_the_same(Case the) throws Exception {
        Map<String, String> expected = observed(OkHttpPath.PUBLIC, the);
        stop();
        start();
        DirectPath direct =
                new DirectPath((String) OkHttp.class.getField("VERSION").get(null));
        assertThat(observed(direct, the)).containsExactlyInAnyOrderEntriesOf(expected);
    }

    @Test
    void a_call_ends_with_its_timeout() throws Exception {
        answer(SILENT.toByteArray());
        InnerClient client = new DirectPath("5.5.1")
                .client(new OkHttpClient.Builder()
                        .addNetworkInterceptor(new Plain())
                        .callTimeout(100, TimeUnit.MILLISECONDS)
                        .build());
        Call call = client.newCall(new Request.Builder()
                .url("http://127.0.0.1:" + server.getLocalPort())
                .build());
        assertThatThrownBy(() -> client.execute(call).close())
                .isInstanceOf(InterruptedIOException.class)
                .hasMessage("timeout");
    }

    /** Over a connection that is there already, and over HTTP/2. */
    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"HTTP_1_1", "H2_PRIOR_KNOWLEDGE"})
    void calls_share_a_connection(Protocol protocol) throws Exception {
        try (MockWebServer peer = new MockWebServer()) {
            peer.setProtocols(List.of(protocol));
            peer.start(InetAddress.getLoopbackAddress(), 0);
            InnerClient client = new DirectPath("5.5.1")
                    .client(new OkHttpClient.Builder()
                            .protocols(List.of(protocol))
                            .addNetworkInterceptor(new Plain())
                            .build());
            for (int i = 0; i < 3; i++) {
                peer.enqueue(new MockResponse.Builder().body("answer " + i).build());
                Call call = client.newCall(new Request.Builder()
                        .url(peer.url("/"))
                        .post(RequestBody.create("question " + i, TEXT))
                        .build());
                try (Response response = client.execute(call)) {
                    assertThat(response.body().string()).isEqualTo("answer " + i);
                }
                RecordedRequest received = peer.takeRequest();
                assertThat(received.getExchangeIndex()).isEqualTo(i); // of its connection
                assertThat(received.getBody().utf8()).isEqualTo("question " + i);
            }
            assertThat(client.okhttp().connectionPool().connectionCount()).isOne();
        }
    }

    /** What the mesh adds: nothing here. */
    private static final class Plain implements ExchangeRules {
        @Override
        public Response intercept(Chain chain) throws IOException {
            return chain.proceed(chain.request());
        }

        @Override
        public void check(Chain chain) {}

        @Override
        public void addTo(Request.Builder sent, Chain chain) {}

        @Override
        public Response proceed(Chain chain, Request sent) throws IOException {
            return chain.proceed(sent);
        }

        @Override
        public Response.@Nullable Builder mask(Response response, Response.@Nullable Builder copy, Chain chain) {
            return copy;
        }
    }

    private static class Jar implements CookieJar {
        private final List<String> cookies;
        final List<Cookie> saved = new ArrayList<>();

        Jar(List<String> cookies) {
            this.cookies = cookies;
        }

        @Override
        public List<Cookie> loadForRequest(HttpUrl url) {
            return cookies.stream().map(text -> Cookie.parse(url, text)).toList();
        }

        @Override
        public void saveFromResponse(HttpUrl url, List<Cookie> received) {
            saved.addAll(received);
        }
    }

    private static final class Text extends RequestBody {
        private final long length;

        Text(long length) {
            this.length = length;
        }

        @Override
        public @Nullable MediaType contentType() {
            return TEXT;
        }

        @Override
        public long contentLength() {
            return length;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            sink.writeUtf8("text");
        }
    }
}
