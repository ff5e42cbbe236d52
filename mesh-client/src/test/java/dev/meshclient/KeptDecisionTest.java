package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.meshclient.contract.RefusingPort;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.telemetry.AccessLog;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.ref.WeakReference;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A decision that outlives its call keeps texts, not the call and its request, whose body may be large. */
class KeptDecisionTest {
    private static Mesh.Builder mesh(int port) {
        return Mesh.builder()
                .policy(Documents.mesh("t")
                        .services(Documents.service("orders").endpoint(port))
                        .source())
                .snapshotDirectory(null);
    }

    private static WeakReference<Request> answered(Mesh mesh) throws IOException {
        Request request = new Request.Builder().url("http://orders/").build();
        mesh.wrap(new OkHttpClient()).newCall(request).execute().close();
        return new WeakReference<>(request);
    }

    private static void awaitCleared(WeakReference<Request> request) {
        Awaitility.await().atMost(Patience.LONG).until(() -> {
            System.gc();
            return request.get() == null;
        });
    }

    @Test
    void an_access_line_that_waits_for_its_sink() throws Exception {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (MockWebServer server = new MockWebServer()) {
            server.start();
            server.setDispatcher(new Dispatcher() {
                @Override
                public MockResponse dispatch(
                        RecordedRequest request) { // repeated, so that attempts state their reasons
                    return new MockResponse.Builder().code(503).build();
                }
            });
            try (Mesh mesh = mesh(server.getPort())
                    .accessLog(AccessLog.json(line -> {
                        writing.countDown();
                        try {
                            go.await();
                        } catch (InterruptedException e) {
                            throw new InterruptedIOException();
                        }
                    }))
                    .build()) {
                try {
                    answered(mesh);
                    assertThat(writing.await(Patience.LONG.toSeconds(), TimeUnit.SECONDS))
                            .isTrue();
                    awaitCleared(answered(mesh));
                } finally {
                    go.countDown();
                }
            }
        }
    }

    @Test
    void an_exception_that_the_application_keeps() throws Exception {
        try (RefusingPort closed = RefusingPort.open();
                Mesh mesh = mesh(closed.port()).build()) {
            Request[] request = {new Request.Builder().url("http://orders/").build()};
            IOException kept = assertThrows(
                    IOException.class,
                    () -> mesh.wrap(new OkHttpClient()).newCall(request[0]).execute());
            WeakReference<Request> weak = new WeakReference<>(request[0]);
            request[0] = null;

            awaitCleared(weak);

            Decision decision = Mesh.decision(kept);
            assertThat(decision.attempts()).isNotEmpty().allSatisfy(attempt -> assertThat(attempt.pick())
                    .isNotEmpty());
        }
    }
}
