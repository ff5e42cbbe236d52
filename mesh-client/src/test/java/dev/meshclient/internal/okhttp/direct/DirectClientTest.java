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
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Authenticator;
import okhttp3.Call;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;
import okhttp3.OkHttp;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is sent and answered, both paths put the same bytes on the wire, report the same events and return the same. One thing
 * differs: the direct path asks a body for its length, and the cookie jar, after it has a connection.
 */
class DirectClientTest {
    private static final String NOTHING = "nothing";

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

    /** @param response null: none, until the client closes the connection */
    private void answer(byte @Nullable [] response) {
        ServerSocket server = this.server;
        BlockingQueue<String> received = this.received;
        Thread thread = new Thread(() -> {
            try (Socket socket = server.accept()) {
                received.add(request(socket.getInputStream()));
                if (response == null) {
                    socket.getInputStream().read();
                } else {
                    socket.getOutputStream().write(response);
                }
            } catch (IOException closed) {
                received.add(NOTHING);
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
                return head.size() == 0 ? NOTHING : head + " (closed)";
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

    /** The results of a case over one path. */
    private Map<String, String> observed(OkHttpPath path, DirectCase the) throws Exception {
        answer(the.response().toByteArray());
        Jar jar = new Jar(the.cookies());
        List<String> events = new ArrayList<>();
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .cookieJar(jar)
                .fastFallback(false)
                .followRedirects(false)
                .authenticator(Authenticator.NONE)
                .readTimeout(10, TimeUnit.SECONDS)
                .eventListener(new NamedEvents(events))
                .addNetworkInterceptor(new Plain());
        the.settings().accept(builder);
        InnerClient client = path.client(builder.build());
        Request.Builder request = new Request.Builder().url("http://127.0.0.1:" + server.getLocalPort() + "/a?b=c");
        the.request().accept(request);
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
        seen.put("idle", client.okhttp().connectionPool().idleConnectionCount() + "");
        if (!events.contains("requestHeadersStart")) { // nothing was sent: the server waits no longer
            client.okhttp().connectionPool().evictAll();
            server.close();
        }
        seen.put("events", String.join(" ", events));
        seen.put("saved", jar.saved.toString());
        seen.put("wire", String.valueOf(received.poll(10, TimeUnit.SECONDS)));
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

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.meshclient.internal.okhttp.direct.DirectCase#all")
    void both_paths_send_and_return_the_same(DirectCase the) throws Exception {
        Map<String, String> expected = observed(OkHttpPath.PUBLIC, the);
        stop();
        start();
        assertThat(observed(direct(), the)).containsExactlyInAnyOrderEntriesOf(expected);
    }

    private static DirectPath direct() throws ReflectiveOperationException {
        return new DirectPath((String) OkHttp.class.getField("VERSION").get(null));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.meshclient.internal.okhttp.direct.DirectCase#failBeforeTheRequest")
    void what_fails_before_the_request_fails_alike_but_has_a_connection_on_the_direct_path(DirectCase the)
            throws Exception {
        Map<String, String> ofPublic = observed(OkHttpPath.PUBLIC, the);
        assertThat(ofPublic.get("failure")).endsWith("Exception: mine");
        assertThat(ofPublic.get("events")).doesNotContain("connectionAcquired");
        stop();
        start();
        Map<String, String> ofDirect = observed(direct(), the);
        assertThat(ofDirect).containsEntry("failure", ofPublic.get("failure"));
        assertThat(ofDirect.get("events")).contains("connectionAcquired", "connectionReleased");
    }

    @Test
    void a_call_ends_with_its_timeout() throws Exception {
        answer(null);
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
                        .post(RequestBody.create("question " + i, null))
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
}
