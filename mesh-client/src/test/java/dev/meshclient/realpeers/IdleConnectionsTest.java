package dev.meshclient.realpeers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Decision;
import dev.meshclient.Mesh;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.WorkloadIdentity;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** A peer that closes all idle connections at once, as servers do that restart or take other certificates. */
class IdleConnectionsTest {
    private static final int CONNECTIONS = 8;
    private static final TestCertificates ROOT = TestCertificates.root("shop");

    @Test
    void it_costs_a_call_one_attempt() throws Exception {
        TestCertificates orders = Shop.issue(ROOT, TestCertificates.svid(Shop.ORDERS));
        TestCertificates checkout = Shop.issue(ROOT, TestCertificates.svid(Shop.CHECKOUT));
        String settings = "\"serviceAccount\": \"ns/prod/sa/orders\", \"tls\": {\"mode\": \"MESH_MUTUAL\"}";
        try (JettyPeer peer = new JettyPeer(orders.svid(ROOT));
                Mesh mesh = Shop.ready(Shop.mesh(peer.port(), settings, WorkloadIdentity.of(checkout.svid(ROOT))))) {
            Dispatcher dispatcher = new Dispatcher();
            dispatcher.setMaxRequestsPerHost(CONNECTIONS);
            OkHttpClient http = Shop.client(mesh, Protocol.HTTP_1_1)
                    .newBuilder()
                    .dispatcher(dispatcher)
                    .build();
            peer.holdUntil(CONNECTIONS);
            CountDownLatch answers = new CountDownLatch(CONNECTIONS);
            Request request = new Request.Builder().url("http://orders/").build();
            for (int i = 0; i < CONNECTIONS; i++) {
                http.newCall(request).enqueue(new Callback() {
                    @Override
                    public void onResponse(Call call, Response response) throws IOException {
                        response.body().string();
                        answers.countDown();
                    }

                    @Override
                    public void onFailure(Call call, IOException e) {}
                });
            }
            answers.await();
            assertThat(peer.closeConnections()).isEqualTo(CONNECTIONS);

            try (Response response = http.newCall(request).execute()) {
                assertThat(response.code()).isEqualTo(200);
                assertThat(Mesh.decision(response).attempts())
                        .extracting(Decision.Attempt::outcome)
                        .containsExactly("reset-of-reused", "response");
            }
            await().until(() -> peer.seen().size() == CONNECTIONS + 1);
        }
    }
}
