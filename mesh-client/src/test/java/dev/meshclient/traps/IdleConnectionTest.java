package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events on an idle HTTP/1.1 connection: the next request must neither fail by them nor get them as its response. */
class IdleConnectionTest {
    private static final HandshakeCertificates CERTIFICATES = certificates();
    private static final String REQUEST_TIMEOUT = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n";

    private final Semaphore ended = new Semaphore(0);
    private final Semaphore answered = new Semaphore(0);

    private static HandshakeCertificates certificates() {
        HeldCertificate held = new HeldCertificate.Builder()
                .addSubjectAlternativeName("orders")
                .build();
        return new HandshakeCertificates.Builder()
                .heldCertificate(held)
                .addTrustedCertificate(held.certificate())
                .build();
    }

    private static RawServer server(boolean tls, RawServer.Script script) throws IOException {
        return RawServer.of(peer -> script.serve(tls ? peer.tls(CERTIFICATES.sslSocketFactory()) : peer));
    }

    /** No request is repeated. */
    private static Mesh mesh(RawServer server, boolean tls) {
        Documents.Service orders = Documents.service("orders")
                .endpoint("127.0.0.1", server.port())
                .with(Situation.PATIENT)
                .with("'retry': {'attempts': 0}");
        return Mesh.builder()
                .policy(Documents.mesh("idle")
                        .services(tls ? orders.with("'tls': {'mode': 'SIMPLE'}") : orders)
                        .source())
                .build();
    }

    private static OkHttpClient wrap(Mesh mesh) {
        return mesh.wrap(new OkHttpClient.Builder()
                .sslSocketFactory(CERTIFICATES.sslSocketFactory(), CERTIFICATES.trustManager())
                .build());
    }

    private static String call(OkHttpClient http, String method) throws IOException {
        Request request = new Request.Builder()
                .url("http://orders/")
                .method(method, method.equals("POST") ? RequestBody.create("goods", null) : null)
                .build();
        try (Response response = http.newCall(request).execute()) {
            return response.code() + " " + response.body().string();
        }
    }

    /** Connections that a call takes and gives back. */
    private static final class Held extends EventListener {
        private final List<String> events;

        Held(List<String> events) {
            this.events = events;
        }

        @Override
        public void connectionAcquired(Call call, Connection connection) {
            events.add("+");
        }

        @Override
        public void connectionReleased(Call call, Connection connection) {
            events.add("-");
        }
    }

    /** Longer than the time in which a connection is used again without a look for its end. */
    private static void idle() {
        await().pollDelay(Duration.ofMillis(300)).until(() -> true);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_post_is_not_sent_over_a_connection_that_the_peer_has_closed(boolean tls) throws Exception {
        try (RawServer server = RawServer.of(
                        peer -> { // a FIN without a close_notify
                            RawServer.Peer client = tls ? peer.tls(CERTIFICATES.sslSocketFactory()) : peer;
                            client.request();
                            client.ok();
                            peer.end();
                            ended.release();
                            peer.drain();
                        });
                Mesh mesh = mesh(server, tls)) {
            List<String> events = new CopyOnWriteArrayList<>();
            OkHttpClient http =
                    wrap(mesh).newBuilder().eventListener(new Held(events)).build();
            for (int i = 0; i < 4; i++) {
                assertThat(call(http, "POST")).isEqualTo("200 ok");
                ended.acquire();
                idle();
            }
            assertThat(server.connections()).isEqualTo(4);
            assertThat(events).hasSize(2 * (4 + 3)).startsWith("+", "-", "+", "-", "+", "-");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "TLS GET", "TLS POST"})
    void bytes_that_a_peer_sends_unasked_are_not_the_response_to_the_next_request(String kind) throws Exception {
        boolean tls = kind.startsWith("TLS");
        String method = tls ? kind.substring(4) : kind;
        try (RawServer server = server(tls, client -> {
                    client.request();
                    client.ok();
                    answered.acquireUninterruptibly();
                    client.write(REQUEST_TIMEOUT);
                    ended.release();
                    client.drain();
                });
                Mesh mesh = mesh(server, tls)) {
            OkHttpClient http = wrap(mesh);
            for (int i = 0; i < 4; i++) {
                assertThat(call(http, method)).isEqualTo("200 ok");
                answered.release();
                ended.acquire();
                idle();
            }
            assertThat(server.connections()).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_healthy_connection_is_used_again(boolean tls) throws Exception {
        try (RawServer server = server(tls, client -> {
                    while (true) {
                        client.request();
                        client.ok();
                    }
                });
                Mesh mesh = mesh(server, tls)) {
            OkHttpClient http = wrap(mesh);
            for (String method : new String[] {"GET", "POST", "GET", "POST"}) {
                assertThat(call(http, method)).isEqualTo("200 ok");
                idle();
            }
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    /** TLS 1.3 has messages that the peer may send at any time: new keys here; new session tickets are the same to the socket. */
    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST"})
    void a_message_of_tls_itself_costs_no_connection(String method) throws Exception {
        try (RawServer server = server(true, client -> {
                    while (true) {
                        client.request();
                        client.ok();
                        answered.acquireUninterruptibly();
                        client.updateKeys();
                        ended.release();
                    }
                });
                Mesh mesh = mesh(server, true)) {
            OkHttpClient http = wrap(mesh);
            for (int i = 0; i < 4; i++) {
                assertThat(call(http, method)).isEqualTo("200 ok");
                answered.release();
                ended.acquire();
            }
            assertThat(server.connections()).isEqualTo(1);
        }
    }
}
