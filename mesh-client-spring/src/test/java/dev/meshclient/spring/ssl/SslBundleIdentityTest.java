package dev.meshclient.spring.ssl;

import static dev.meshclient.spring.LongWait.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Mesh;
import dev.meshclient.MeshStatus;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.ssl.TestAuthority.Issued;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

class SslBundleIdentityTest {
    private static final Duration WAIT = Duration.ofMinutes(2);
    private static final String ORDERS = "spiffe://shop.example/orders";

    @TempDir
    Path files;

    private static String serial(Issued issued) {
        return issued.leaf().getSerialNumber().toString();
    }

    /** A connection for each call: its answer has the serial number of the client's certificate. */
    private static String shown(OkHttpClient client) throws IOException {
        Request request = new Request.Builder()
                .url("http://orders/who")
                .header("Connection", "close")
                .build();
        try (Response response = client.newCall(request).execute()) {
            assertThat(response.body().string()).isEqualTo(ORDERS);
            return String.valueOf(response.header(TestServer.SERIAL));
        }
    }

    @Test
    void a_reloaded_bundle_reaches_the_server_and_new_connections_of_clients() throws Exception {
        TestAuthority root = TestAuthority.root("root");
        Issued first = root.svid(ORDERS);
        Issued second = root.svid(ORDERS);
        TestAuthority.mount(files, first, root);
        try (ConfigurableApplicationContext context = TestServer.TOMCAT.start(
                        "server.ssl.client-auth=need",
                        "mesh.initial-fetch-timeout=2m",
                        "mesh.identity.ssl-bundle=own",
                        "spring.ssl.bundle.watch.file.quiet-period=100ms",
                        "spring.ssl.bundle.pem.own.reload-on-update=true",
                        "spring.ssl.bundle.pem.own.keystore.certificate=file:" + files.resolve("tls.crt"),
                        "spring.ssl.bundle.pem.own.keystore.private-key=file:" + files.resolve("tls.key"),
                        "spring.ssl.bundle.pem.own.truststore.certificate=file:" + files.resolve("ca.crt"));
                Mesh mesh = mesh(TestServer.port(context), context.getBean(WorkloadIdentity.class))) {
            OkHttpClient client = mesh.wrap(new OkHttpClient());
            assertThat(shown(client)).isEqualTo(serial(first));
            TestClient caller = new TestClient(TestServer.port(context), first, root);
            assertThat(caller.call().serial()).hasToString(serial(first));
            assertThat(mesh.status().identities().get(""))
                    .extracting(MeshStatus.Identity::source)
                    .isEqualTo("SSL bundle 'own'");

            TestAuthority.mount(files, second, root);
            await().atMost(WAIT).until(() -> shown(client).equals(serial(second)));
            await().atMost(WAIT).until(() -> serial(second)
                    .equals(String.valueOf(caller.callOnNewConnection().serial())));
        }
    }

    private static Mesh mesh(int port, WorkloadIdentity identity) {
        return Mesh.builder()
                .policy(PolicySource.of("""
                        {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": 1},
                         "trustDomain": "shop.example", "defaults": {"tls": {"mode": "MESH_MUTUAL"}},
                         "services": {"orders": {"hosts": ["orders"], "timeouts": {"connect": "30s"},
                           "endpoints": [{"address": "127.0.0.1", "port": %d}]}}}
                        """.formatted(port)))
                .snapshotDirectory(null)
                .identity(identity)
                .build();
    }
}
