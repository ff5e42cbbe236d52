package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.MeshOptions;
import dev.meshclient.internal.time.Patience;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A peer that falls silent without closing its connections, as a host that loses its power does. */
class SilentPeerTest {
    private static final HeldCertificate HELD =
            new HeldCertificate.Builder().addSubjectAlternativeName("orders").build();
    private static final HandshakeCertificates CERTIFICATES = new HandshakeCertificates.Builder()
            .heldCertificate(HELD)
            .addTrustedCertificate(HELD.certificate())
            .build();

    private enum Kind {
        H1("'tls': {'mode': 'DISABLE'}"),
        H1_TLS("'tls': {'mode': 'SIMPLE'}"),
        H2C("'appProtocol': 'kubernetes.io/h2c'"),
        H2_TLS("'tls': {'mode': 'SIMPLE'}");

        final String settings;

        Kind(String settings) {
            this.settings = settings;
        }

        boolean isMultiplexed() {
            return this == H2C || this == H2_TLS;
        }

        private RawServer.Peer layered(RawServer.Peer peer) throws IOException {
            return switch (this) {
                case H1, H2C -> peer;
                case H1_TLS -> peer.tls(CERTIFICATES.sslSocketFactory(), "http/1.1");
                case H2_TLS -> peer.tls(CERTIFICATES.sslSocketFactory(), "h2");
            };
        }

        /** Answers the requests of a connection, counted from 1, to which the predicate agrees. */
        void serve(RawServer.Peer peer, IntPredicate answered) throws IOException {
            RawServer.Peer client = layered(peer);
            for (int i = 1; ; i++) {
                int stream = 0;
                if (isMultiplexed()) {
                    stream = i == 1 ? Http2.request(client) : Http2.next(client);
                } else {
                    client.request();
                }
                if (answered.test(i) && isMultiplexed()) {
                    client.write(Http2.ok(stream));
                } else if (answered.test(i)) {
                    client.ok();
                }
            }
        }
    }

    /** The first connections answer their first request alone. */
    private static RawServer silent(Kind kind, int connections) throws IOException {
        AtomicInteger number = new AtomicInteger();
        return RawServer.of(peer -> {
            boolean falls = number.incrementAndGet() <= connections;
            kind.serve(peer, request -> !falls || request == 1);
        });
    }

    private static Mesh mesh(RawServer server, Kind kind) {
        return Mesh.builder()
                .policy(Documents.mesh("silent")
                        .services(Documents.service("orders")
                                .endpoint("127.0.0.1", server.port())
                                .with(Situation.PATIENT)
                                .with("'retry': {'attempts': 0}")
                                .with(kind.settings))
                        .source())
                .build();
    }

    private static OkHttpClient wrap(Mesh mesh) {
        return mesh.wrap(new OkHttpClient.Builder()
                .sslSocketFactory(CERTIFICATES.sslSocketFactory(), CERTIFICATES.trustManager())
                .build());
    }

    private static Request post(MeshOptions options) {
        return new Request.Builder()
                .url("http://orders/")
                .post(RequestBody.create("goods", null))
                .tag(MeshOptions.class, options)
                .build();
    }

    private static int status(OkHttpClient http, MeshOptions options) throws IOException {
        try (Response response = http.newCall(post(options)).execute()) {
            return response.code();
        }
    }

    private static void isAnswered(OkHttpClient http, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            assertThat(status(http, MeshOptions.DEFAULT)).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void a_connection_on_which_a_deadline_expired_in_silence_costs_one_call(Kind kind) throws Exception {
        Patience.expires(timeout -> {
            try (RawServer server = silent(kind, 1);
                    Mesh mesh = mesh(server, kind)) {
                OkHttpClient http = wrap(mesh);
                isAnswered(http, 1);
                assertThatThrownBy(() -> status(http, MeshOptions.DEFAULT.withTimeout(timeout)))
                        .isInstanceOf(DeadlineExceeded.class);
                isAnswered(http, 4);
                assertThat(server.connections()).isEqualTo(2);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void so_does_one_on_which_the_callers_own_timeout_expired(Kind kind) throws Exception {
        Patience.expires(timeout -> {
            try (RawServer server = silent(kind, 1);
                    Mesh mesh = mesh(server, kind)) {
                OkHttpClient http = wrap(mesh);
                isAnswered(http, 1);
                OkHttpClient hasty = http.newBuilder().callTimeout(timeout).build();
                assertThatThrownBy(() -> status(hasty, MeshOptions.DEFAULT))
                        .isInstanceOf(InterruptedIOException.class)
                        .hasMessage("timeout");
                isAnswered(http, 4);
                assertThat(server.connections()).isEqualTo(2);
            }
        });
    }

    /** A host that is gone leaves many idle connections behind. */
    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"H1", "H1_TLS"})
    void idle_connections_to_a_silent_peer_are_not_tried_one_after_another(Kind kind) throws Exception {
        Patience.expires(timeout -> {
            try (RawServer server = silent(kind, 2);
                    Mesh mesh = mesh(server, kind)) {
                OkHttpClient http = wrap(mesh);
                try (Response first = http.newCall(post(MeshOptions.DEFAULT)).execute();
                        Response second =
                                http.newCall(post(MeshOptions.DEFAULT)).execute()) {
                    assertThat(first.code() + second.code()).isEqualTo(400);
                }
                assertThatThrownBy(() -> status(http, MeshOptions.DEFAULT.withTimeout(timeout)))
                        .isInstanceOf(DeadlineExceeded.class);
                isAnswered(http, 4);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"H2C", "H2_TLS"})
    void a_slow_request_does_not_cost_a_connection_on_which_others_are_answered(Kind kind) throws Exception {
        Patience.expires(timeout -> {
            try (RawServer server = RawServer.of(peer -> kind.serve(peer, request -> request != 2));
                    Mesh mesh = mesh(server, kind)) {
                OkHttpClient http = wrap(mesh);
                isAnswered(http, 1);
                CompletableFuture<Throwable> slow = new CompletableFuture<>();
                new Thread(() -> {
                            try {
                                status(http, MeshOptions.DEFAULT.withTimeout(timeout));
                                slow.complete(new AssertionError("it has an answer"));
                            } catch (IOException e) {
                                slow.complete(e);
                            }
                        })
                        .start();
                await().until(() -> server.requests() == 2);
                while (!slow.isDone()) {
                    isAnswered(http, 1);
                }
                assertThat(slow.join()).isInstanceOf(DeadlineExceeded.class);
                isAnswered(http, 1);
                assertThat(server.connections()).isEqualTo(1);
            }
        });
    }
}
