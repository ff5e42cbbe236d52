package dev.meshclient.spring.webclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.Mesh;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockWebServer;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.ResponseEntity;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import reactor.core.publisher.Flux;

/** A request body that publishes nothing for long. */
class SilentBodyTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    enum Wire {
        HTTP_1(Protocol.HTTP_1_1, false),
        HTTP_1_OVER_TLS(Protocol.HTTP_1_1, true),
        HTTP_2(Protocol.H2_PRIOR_KNOWLEDGE, false);

        final Protocol protocol;
        final boolean tls;

        Wire(Protocol protocol, boolean tls) {
            this.protocol = protocol;
            this.tls = tls;
        }
    }

    private final MockWebServer server = new MockWebServer();
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final CountDownLatch subscribed = new CountDownLatch(1);
    private OkHttpClient okhttp = new OkHttpClient();
    private @Nullable Mesh mesh;

    private void start(Wire wire) throws IOException {
        OkHttpClient.Builder client = new OkHttpClient.Builder().protocols(List.of(wire.protocol));
        server.setProtocols(List.of(wire.protocol));
        if (wire.tls) {
            HeldCertificate certificate = new HeldCertificate.Builder()
                    .addSubjectAlternativeName("orders")
                    .addSubjectAlternativeName("127.0.0.1")
                    .addSubjectAlternativeName("localhost")
                    .build();
            HandshakeCertificates trust = new HandshakeCertificates.Builder()
                    .heldCertificate(certificate)
                    .addTrustedCertificate(certificate.certificate())
                    .build();
            server.useHttps(trust.sslSocketFactory());
            client.sslSocketFactory(trust.sslSocketFactory(), trust.trustManager());
        }
        server.start();
        okhttp = client.build();
        mesh = Mesh.builder()
                .policy(PolicySource.of("""
                        {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": 1},
                         "services": {"orders": {"hosts": ["orders"], "timeouts": {"request": "%dms"},
                           "endpoints": [{"address": "127.0.0.1", "port": %d}]}}}
                        """.formatted(limit(wire).toMillis(), server.getPort())))
                .snapshotDirectory(null)
                .build();
    }

    /** The first call of a JVM takes long, and the first handshake longer. */
    private static Duration limit(Wire wire) {
        return Duration.ofMillis(wire.tls ? 2000 : 1000);
    }

    @AfterEach
    void stop() {
        if (mesh != null) {
            mesh.close();
        }
        server.close();
        okhttp.dispatcher().executorService().shutdown();
        okhttp.connectionPool().evictAll();
    }

    private CompletableFuture<ResponseEntity<Void>> send(Call.Factory calls, String url) {
        DataBuffer first = DefaultDataBufferFactory.sharedInstance.wrap(new byte[] {'a'});
        Flux<DataBuffer> silent = Flux.concat(Flux.just(first), Flux.never());
        return WebClient.builder()
                .clientConnector(new OkHttpClientHttpConnector(calls))
                .build()
                .post()
                .uri(url)
                .body(
                        silent.doOnSubscribe(s -> subscribed.countDown()).doOnCancel(cancelled::countDown),
                        DataBuffer.class)
                .retrieve()
                .toBodilessEntity()
                .toFuture();
    }

    /** On a busy machine the limit may come before the body, which then has no subscription to cancel. */
    private void isFree() throws InterruptedException {
        assumeTrue(subscribed.getCount() == 0, "the call ended before its body was asked for");
        assertThat(cancelled.await(2, TimeUnit.MINUTES)).isTrue();
        await().atMost(LONG).until(() -> okhttp.dispatcher().runningCallsCount() == 0);
    }

    @ParameterizedTest
    @EnumSource
    void a_timeout_ends_a_call_whose_body_is_silent(Wire wire) throws Exception {
        start(wire);
        OkHttpClient limited = okhttp.newBuilder().callTimeout(limit(wire)).build();
        assertThat(send(limited, server.url("/").toString()))
                .failsWithin(LONG)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(WebClientRequestException.class)
                .havingCause()
                .isInstanceOf(InterruptedIOException.class)
                .withMessage("timeout");
        isFree();
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1, false", "HTTP_1_OVER_TLS, false", "HTTP_2, false", "HTTP_1, true"})
    void a_deadline_of_the_mesh_ends_a_call_whose_body_is_silent(Wire wire, boolean unlimited) throws Exception {
        start(wire);
        Mesh running = Objects.requireNonNull(mesh);
        assertThat(send(
                        unlimited ? running.callFactory(okhttp) : running.wrap(okhttp),
                        wire.tls ? "https://orders/" : "http://orders/"))
                .failsWithin(LONG)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(WebClientRequestException.class)
                .havingCause()
                .isInstanceOf(DeadlineExceeded.class);
        isFree();
    }

    @ParameterizedTest
    @EnumSource
    void the_timeout_of_another_factory_of_calls_ends_it_too(Wire wire) throws Exception {
        start(wire);
        OkHttpClient limited = okhttp.newBuilder().callTimeout(limit(wire)).build();
        assertThat(send(request -> limited.newCall(request), server.url("/").toString()))
                .failsWithin(LONG)
                .withThrowableThat()
                .havingCause()
                .havingCause()
                .withMessage("timeout");
        isFree();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "HTTP_2"})
    void a_closed_connection_ends_a_call_whose_body_is_silent(Wire wire) throws Exception {
        start(wire);
        CompletableFuture<Connection> used = new CompletableFuture<>();
        OkHttpClient watched = okhttp.newBuilder()
                .addNetworkInterceptor(chain -> {
                    used.complete(chain.connection());
                    return chain.proceed(chain.request());
                })
                .build();
        CompletableFuture<ResponseEntity<Void>> answer =
                send(watched, server.url("/").toString());
        assertThat(subscribed.await(2, TimeUnit.MINUTES)).isTrue();
        used.get(2, TimeUnit.MINUTES).socket().close();
        assertThatThrownBy(() -> answer.get(2, TimeUnit.MINUTES)).rootCause().isInstanceOf(IOException.class);
        isFree();
    }
}
