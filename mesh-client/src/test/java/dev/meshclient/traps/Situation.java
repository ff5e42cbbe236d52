package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.Decision;
import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.UnaryOperator;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/**
 * A bad endpoint, and a good one that only retries go to: it is of a lower priority. {@code alone} is the bad endpoint without
 * retries, to see what it says.
 */
final class Situation implements Closeable {
    private static final int SMALL = 4;

    final MockWebServer good = new MockWebServer();
    private final String address;
    private final int port;
    private String settings = "";
    private UnaryOperator<OkHttpClient.Builder> client = b -> b;
    private IntSupplier seen = () -> 0;
    private boolean warm;
    private int bodySize = SMALL;

    Situation(String address, int port) {
        this.address = address;
        this.port = port;
        good.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return new MockResponse.Builder().body("good").build();
            }
        });
    }

    static Situation at(int port) {
        return new Situation("127.0.0.1", port);
    }

    static Situation at(RawServer server) {
        return at(server.port()).counting(server::requests);
    }

    /** A first handshake takes long on a loaded machine. */
    static final String PATIENT = "'timeouts': {'connect': '30s'}";

    /** The wire is TLS; the good endpoint shows this certificate, and the caller trusts that authority. */
    Situation tls(HeldCertificate authority, HeldCertificate ofGood) {
        good.useHttps(new HandshakeCertificates.Builder()
                .heldCertificate(ofGood)
                .build()
                .sslSocketFactory());
        HandshakeCertificates trust = new HandshakeCertificates.Builder()
                .addTrustedCertificate(authority.certificate())
                .build();
        return with("'tls': {'mode': 'SIMPLE', 'sni': 'service'}")
                .client(b -> b.sslSocketFactory(trust.sslSocketFactory(), trust.trustManager()));
    }

    /** More settings of both services. */
    Situation with(String more) {
        settings += settings.isEmpty() ? more : ", " + more;
        return this;
    }

    Situation client(UnaryOperator<OkHttpClient.Builder> change) {
        UnaryOperator<OkHttpClient.Builder> earlier = client;
        client = b -> change.apply(earlier.apply(b));
        return this;
    }

    /** How many requests the bad endpoint saw. */
    Situation counting(IntSupplier count) {
        seen = count;
        return this;
    }

    /** Before each call a good one, so that the connection is a used one. */
    Situation pooled() {
        warm = true;
        return this;
    }

    Situation bodySize(int bytes) {
        bodySize = bytes;
        return this;
    }

    private Mesh mesh() throws IOException {
        if (!good.getStarted()) {
            good.start();
        }
        return Mesh.builder()
                .policy(Documents.mesh("traps")
                        .with("'clusters': [{'name': 'near', 'priority': 0}, {'name': 'far', 'priority': 1}]")
                        .services(
                                Documents.service("orders")
                                        .endpoint(address, port, "'cluster': 'near'")
                                        .endpoint("127.0.0.1", good.getPort(), "'cluster': 'far'")
                                        .with(settings),
                                Documents.service("alone")
                                        .with("'retry': {'attempts': 0}")
                                        .endpoint(address, port)
                                        .with(settings))
                        .source())
                .build();
    }

    /** The good endpoint speaks HTTP/2 without TLS. */
    Situation http2() {
        good.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        return with("'appProtocol': 'kubernetes.io/h2c'");
    }

    /**
     * What the caller gets, what became of the attempt, and whether it is sent again.
     *
     * @param failure the class, by its simple name: some of OkHttp's are internal; empty where two threads decide it
     * @param outcome of {@link Decision.Attempt}
     * @param requests how many the bad endpoint sees of each call
     */
    void check(String failure, String outcome, int requests, boolean getAgain, boolean postAgain) throws IOException {
        if (bodySize <= SMALL) {
            fails(get("alone"), failure, outcome, requests);
            call(get("orders"), failure, outcome, requests, getAgain);
        }
        fails(post("alone"), failure, outcome, requests);
        call(post("orders"), failure, outcome, requests, postAgain);
    }

    private static Request get(String host) {
        return new Request.Builder().url("http://" + host + "/").build();
    }

    private Request post(String host) {
        return get(host)
                .newBuilder()
                .post(RequestBody.create(new byte[bodySize]))
                .build();
    }

    private void call(Request request, String failure, String outcome, int requests, boolean again) throws IOException {
        if (again) {
            isSentAgain(request, outcome, requests);
        } else {
            fails(request, failure, outcome, requests);
        }
    }

    private void isSentAgain(Request request, String outcome, int requests) throws IOException {
        int atGood = good.getRequestCount();
        try (Mesh mesh = mesh()) {
            OkHttpClient http = wrap(mesh, request);
            int atBad = seen.getAsInt();
            try (Response response = http.newCall(request).execute()) {
                assertThat(response.body().string()).isEqualTo("good");
                assertThat(outcomes(Mesh.decision(response))).containsExactly(outcome, "response");
            }
            assertThat(seen.getAsInt() - atBad)
                    .as("requests at the bad endpoint")
                    .isEqualTo(requests);
            assertThat(good.getRequestCount() - atGood).isEqualTo(1);
        }
    }

    private void fails(Request request, String failure, String outcome, int requests) throws IOException {
        int atGood = good.getRequestCount();
        try (Mesh mesh = mesh()) {
            OkHttpClient http = wrap(mesh, request);
            int atBad = seen.getAsInt();
            Throwable thrown =
                    catchThrowable(() -> http.newCall(request).execute().close());
            assertThat(thrown).as("%s %s", request.method(), request.url()).isInstanceOf(IOException.class);
            if (!failure.isEmpty()) {
                assertThat(thrown.getClass().getSimpleName()).as("%s", thrown).isEqualTo(failure);
            }
            assertThat(outcomes(Mesh.decision(thrown))).containsExactly(outcome);
            assertThat(seen.getAsInt() - atBad)
                    .as("requests at the bad endpoint")
                    .isEqualTo(requests);
            assertThat(good.getRequestCount())
                    .as("%s must not be sent again", request.method())
                    .isEqualTo(atGood);
        }
    }

    private static List<String> outcomes(Decision decision) {
        return decision.attempts().stream().map(Decision.Attempt::outcome).toList();
    }

    private OkHttpClient wrap(Mesh mesh, Request request) throws IOException {
        OkHttpClient http = mesh.wrap(client.apply(new OkHttpClient.Builder()).build());
        warmUp(http, request);
        return http;
    }

    private void warmUp(OkHttpClient http, Request request) throws IOException {
        if (warm) {
            Request first = new Request.Builder().url(request.url()).build();
            try (Response response = http.newCall(first).execute()) {
                assertThat(response.body().string()).isEqualTo("ok");
            }
        }
    }

    @Override
    public void close() {
        good.close();
    }
}
