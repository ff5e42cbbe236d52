package dev.meshclient.contract;

import dev.meshclient.Mesh;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;

/**
 * Two hosts, {@code orders} and {@code billing}, and the means to call them through an {@link Edge}. A contract says what
 * OkHttp does; where an edge differs on purpose the test says so, and why.
 */
abstract class OkHttpContract {
    static final MediaType TEXT = MediaType.get("text/plain");

    private static final HeldCertificate CERTIFICATE = new HeldCertificate.Builder()
            .commonName("mesh")
            .addSubjectAlternativeName("orders")
            .addSubjectAlternativeName("billing")
            .build();

    @Parameter
    Edge edge;

    final MockWebServer orders = new MockWebServer();
    final MockWebServer billing = new MockWebServer();
    final Events events = new Events();
    private Optional<Mesh> mesh = Optional.empty();
    private boolean tls;
    private int port;

    @BeforeEach
    void start() throws IOException {
        orders.start(InetAddress.getLoopbackAddress(), 0);
        billing.start(InetAddress.getLoopbackAddress(), 0);
        ordersAt(orders.getPort());
    }

    @AfterEach
    void stop() {
        mesh.ifPresent(Mesh::close);
        orders.close();
        billing.close();
    }

    // ---- clients

    /** From here on {@code orders} is another server. */
    final void ordersAt(int other) {
        mesh.ifPresent(Mesh::close);
        port = other;
        mesh = edge.mesh(port, billing.getPort());
    }

    private OkHttpClient client(Consumer<OkHttpClient.Builder> settings) {
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .dns(host -> List.of(InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1})))
                .eventListener(events);
        if (tls) {
            HandshakeCertificates trust = new HandshakeCertificates.Builder()
                    .addTrustedCertificate(CERTIFICATE.certificate())
                    .build();
            builder.sslSocketFactory(trust.sslSocketFactory(), trust.trustManager());
        }
        settings.accept(builder);
        return builder.build();
    }

    final Call.Factory calls(Consumer<OkHttpClient.Builder> settings) {
        return edge.calls(mesh, client(settings));
    }

    final Call.Factory calls() {
        return calls(b -> {});
    }

    /** Where a library needs the client itself; not for {@link Edge#CALL_FACTORY}. */
    final OkHttpClient wrapped(Consumer<OkHttpClient.Builder> settings) {
        return edge.client(mesh, client(settings));
    }

    /** From here on both hosts speak TLS, and clients trust them. */
    final void useHttps() {
        HandshakeCertificates server =
                new HandshakeCertificates.Builder().heldCertificate(CERTIFICATE).build();
        orders.useHttps(server.sslSocketFactory());
        billing.useHttps(server.sslSocketFactory());
        tls = true;
    }

    static HeldCertificate certificate() {
        return CERTIFICATE;
    }

    // ---- requests and answers

    final HttpUrl url(String path) {
        return HttpUrl.get((tls ? "https" : "http") + "://orders:" + port + path);
    }

    final HttpUrl billingUrl(String path) {
        return HttpUrl.get((tls ? "https" : "http") + "://billing:" + billing.getPort() + path);
    }

    final Request get(String path) {
        return new Request.Builder().url(url(path)).build();
    }

    final Request post(String path, String body) {
        return new Request.Builder()
                .url(url(path))
                .post(RequestBody.create(body, TEXT))
                .build();
    }

    static MockResponse ok(String body) {
        return new MockResponse.Builder().body(body).build();
    }

    static MockResponse.Builder answer(int code) {
        return new MockResponse.Builder().code(code);
    }

    static String read(Call.Factory client, Request request) throws IOException {
        try (Response response = client.newCall(request).execute()) {
            return response.body().string();
        }
    }
}
