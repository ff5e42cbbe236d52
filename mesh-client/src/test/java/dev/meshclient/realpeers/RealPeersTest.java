package dev.meshclient.realpeers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Decision;
import dev.meshclient.Mesh;
import dev.meshclient.MeshStatus;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.realpeers.RealPeer.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** MESH_MUTUAL with servers that others wrote: which callers they accept and refuse, and what the failures say. */
class RealPeersTest {
    private static final TestCertificates ROOT = TestCertificates.root("shop");
    private static final TestCertificates STRANGE_ROOT = TestCertificates.root("strange");
    private static final TestCertificates ORDERS = Shop.issue(ROOT, TestCertificates.svid(Shop.ORDERS));
    private static final TestCertificates CHECKOUT = Shop.issue(ROOT, TestCertificates.svid(Shop.CHECKOUT));

    /** The authority of the first is not that of the second: each believes that the other is of the mesh. */
    private static final TestCertificates STRANGER = Shop.issue(STRANGE_ROOT, TestCertificates.svid(Shop.CHECKOUT));

    private static final String BLAMED_AT_ONCE = """
            "retry": {"attempts": 0},
            "outlierDetection": {"consecutiveLocalOriginFailures": 1, "minHealthPercent": 0}""";
    private static final String MUTUAL = """
            "serviceAccount": "ns/prod/sa/orders", "tls": {"mode": "MESH_MUTUAL"},
            """ + BLAMED_AT_ONCE;
    /** The server must be of the mesh, and is shown nothing. */
    private static final String ANONYMOUS = """
            "tls": {"mode": "SIMPLE", "credentialName": "names-only", "subjectAltNames": ["%s"]},
            """.formatted(Shop.ORDERS) + BLAMED_AT_ONCE;

    /** Each meets the race of request and refusal in another way. */
    private static final int REFUSALS = Integer.getInteger("mesh.refusals", 20);

    @TempDir
    Path directory;

    static Stream<Arguments> kinds() {
        return Stream.of(Kind.values())
                .flatMap(kind -> Stream.of(Protocol.HTTP_1_1, Protocol.HTTP_2).map(p -> Arguments.of(kind, p)));
    }

    private interface Check {
        void of(RealPeer peer) throws Exception;
    }

    /** What the server said is shown if the check fails. */
    private void with(Kind kind, TestCertificates own, Check check) throws Exception {
        try (RealPeer peer = kind.start(directory, own, List.of(ROOT))) {
            try {
                check.of(peer);
            } catch (Exception | AssertionError e) {
                e.addSuppressed(new AssertionError("the log of " + kind + ":\n" + peer.log()));
                throw e;
            }
        }
    }

    private static Mesh mesh(RealPeer peer, String settings, TestCertificates caller) throws IOException {
        WorkloadIdentity identity = WorkloadIdentity.of(caller.svid(ROOT));
        return Shop.ready(Shop.mesh(peer.port(), settings, identity).certificate("names-only", identity));
    }

    private static String get(Mesh mesh, Protocol protocol, String path) throws IOException {
        Request request = new Request.Builder().url("http://orders" + path).build();
        try (Response response = Shop.client(mesh, protocol).newCall(request).execute()) {
            assertThat(response.protocol()).isEqualTo(protocol);
            return response.code() + " " + response.body().string();
        }
    }

    /** Of the calls before: a log is written late, and in order, so that one more call shows that they are not in it. */
    private static void sawNoCall(RealPeer peer, Protocol protocol, String settings) throws IOException {
        try (Mesh mesh = mesh(peer, settings, CHECKOUT)) {
            assertThat(get(mesh, protocol, "/last")).isEqualTo("200 answered");
        }
        await().until(() -> !peer.seen().isEmpty());
        assertThat(peer.seen()).extracting(RealPeer.Seen::path).containsExactly("/last");
    }

    private static boolean isBlamed(Mesh mesh) {
        MeshStatus.Endpoint endpoint = Objects.requireNonNull(
                        mesh.status().services().get("orders"))
                .endpoints()
                .get(0);
        return !endpoint.ejected().isEmpty();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void both_sides_prove_their_identity(Kind kind, Protocol protocol) throws Exception {
        with(kind, ORDERS, peer -> {
            try (Mesh mesh = mesh(peer, MUTUAL, CHECKOUT)) {
                assertThat(get(mesh, protocol, "/first")).isEqualTo("200 answered");
                assertThat(get(mesh, protocol, "/second")).isEqualTo("200 answered");

                await().until(() -> peer.seen().size() >= 2);
                assertThat(peer.seen()).extracting(RealPeer.Seen::path).containsExactly("/first", "/second");
                assertThat(peer.seen()).allSatisfy(seen -> {
                    assertThat(seen.serial()).isEqualTo(RealPeer.serial(CHECKOUT));
                    assertThat(seen.id()).isEqualTo(Shop.CHECKOUT);
                    assertThat(seen.protocol())
                            .matches(protocol == Protocol.HTTP_2 ? "(?i)h2|HTTP/2(.0)?" : "(?i)HTTP/1.1");
                });
            }
        });
    }

    /** nginx agrees on TLS with everybody and answers 400; the others break the handshake off. */
    private void isRefused(
            Kind kind, Protocol protocol, String settings, TestCertificates caller, @Nullable String named)
            throws Exception {
        with(kind, ORDERS, peer -> {
            try (Mesh mesh = mesh(peer, settings, caller)) {
                for (int i = 0; i < REFUSALS; i++) {
                    if (kind == Kind.NGINX) {
                        assertThat(get(mesh, protocol, "/")).startsWith("400 ").contains("SSL certificate");
                    } else {
                        Throwable failure = catchThrowable(() -> get(mesh, protocol, "/"));
                        Decision decision = Mesh.decision(failure);
                        assertThat(failure)
                                .as("%s", decision)
                                .isInstanceOf(SSLException.class)
                                .hasMessageContaining(
                                        "127.0.0.1:" + peer.port() + " refused the certificate of this workload")
                                .hasMessageContaining(named == null ? "none" : "'" + named + "'");
                        assertThat(decision.attempts())
                                .extracting(Decision.Attempt::outcome)
                                .containsExactly("tls-refused");
                    }
                    assertThat(isBlamed(mesh)).isFalse();
                }
            }
            sawNoCall(peer, protocol, MUTUAL);
        });
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void a_caller_whose_root_the_peer_does_not_know_is_refused(Kind kind, Protocol protocol) throws Exception {
        isRefused(kind, protocol, MUTUAL, STRANGER, Shop.CHECKOUT);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void a_caller_without_certificate_is_refused(Kind kind, Protocol protocol) throws Exception {
        isRefused(kind, protocol, ANONYMOUS, CHECKOUT, null);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void a_peer_of_another_name_is_refused_before_anything_is_sent(Kind kind, Protocol protocol) throws Exception {
        String billing = "spiffe://shop.example/ns/prod/sa/billing";
        with(kind, Shop.issue(ROOT, TestCertificates.svid(billing)), peer -> {
            try (Mesh mesh = mesh(peer, MUTUAL, CHECKOUT)) {
                Throwable failure = catchThrowable(() -> get(mesh, protocol, "/"));

                assertThat(failure)
                        .isInstanceOf(SSLHandshakeException.class)
                        .hasMessageContaining("'" + billing + "'")
                        .hasMessageContaining(Shop.ORDERS)
                        .hasMessageContaining("127.0.0.1:" + peer.port());
                assertThat(Mesh.decision(failure).attempts())
                        .extracting(Decision.Attempt::outcome)
                        .containsExactly("connect-failure");
                assertThat(isBlamed(mesh)).isTrue();
            }
            sawNoCall(peer, protocol, MUTUAL.replace("sa/orders", "sa/billing"));
        });
    }

    /** nginx passes it on to a server behind it. */
    @Test
    void a_web_socket_over_mutual_tls() throws Exception {
        try (MockWebServer behind = new MockWebServer()) {
            behind.enqueue(
                    new MockResponse.Builder().webSocketUpgrade(new Echo()).build());
            behind.start();
            String proxied = """
                    location /socket {
                      proxy_pass http://127.0.0.1:%d;
                      proxy_http_version 1.1;
                      proxy_set_header Upgrade $http_upgrade;
                      proxy_set_header Connection Upgrade;
                    }""".formatted(behind.getPort());
            try (NginxPeer peer = new NginxPeer(directory, ORDERS, List.of(ROOT), proxied);
                    Mesh mesh = mesh(peer, MUTUAL, CHECKOUT)) {
                OkHttpClient http = Shop.client(mesh, Protocol.HTTP_2);
                Heard heard = new Heard();
                WebSocket socket = http.newWebSocket(
                        new Request.Builder().url("ws://orders/socket").build(), heard);
                socket.send("hello");
                assertThat(heard.messages.take()).isEqualTo("echo of hello");
                socket.close(1000, null);
                assertThat(heard.messages.take()).isEqualTo("closed with 1000");

                await().until(() -> !peer.seen().isEmpty());
                assertThat(peer.seen())
                        .containsExactly(
                                new RealPeer.Seen("/socket", RealPeer.serial(CHECKOUT), Shop.CHECKOUT, "HTTP/1.1"));
            }
        }
    }

    private static final class Echo extends WebSocketListener {
        @Override
        public void onMessage(WebSocket socket, String text) {
            socket.send("echo of " + text);
        }

        @Override
        public void onClosing(WebSocket socket, int code, String reason) {
            socket.close(code, null);
        }
    }

    private static final class Heard extends WebSocketListener {
        final BlockingQueue<String> messages = new LinkedBlockingQueue<>();

        @Override
        public void onMessage(WebSocket socket, String text) {
            messages.add(text);
        }

        @Override
        public void onClosed(WebSocket socket, int code, String reason) {
            messages.add("closed with " + code);
        }

        @Override
        public void onFailure(WebSocket socket, Throwable t, @Nullable Response response) {
            messages.add("failed: " + t);
        }
    }
}
