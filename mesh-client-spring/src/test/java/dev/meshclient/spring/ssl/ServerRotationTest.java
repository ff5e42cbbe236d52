package dev.meshclient.spring.ssl;

import static dev.meshclient.spring.LongWait.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Mesh;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.ssl.TestAuthority.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A server of Boot with {@code server.ssl.bundle=mesh}. Under load the certificate rotates once, with {@code -Dmesh.rotation.seconds}
 * three times, at that interval.
 */
@ExtendWith(OutputCaptureExtension.class)
class ServerRotationTest {
    private static final Duration WAIT = Duration.ofMinutes(2);
    private static final Logger LOG = LoggerFactory.getLogger(ServerRotationTest.class);
    private static final int SECONDS = Integer.getInteger("mesh.rotation.seconds", 0);
    private static final int ROTATIONS = SECONDS == 0 ? 1 : 3;
    private static final String ORDERS = "spiffe://shop.example/orders";
    private static final String CHECKOUT = "spiffe://shop.example/checkout";
    private static final String BANK = "spiffe://bank.example/teller";

    @TempDir
    Path mount;

    @TempDir
    Path other;

    private TestAuthority oldRoot;
    private TestAuthority newRoot;
    private TestAuthority bank;

    @BeforeEach
    void authorities() throws Exception {
        oldRoot = TestAuthority.root("old");
        newRoot = TestAuthority.root("new");
        bank = TestAuthority.root("bank");
    }

    private ConfigurableApplicationContext start(TestServer server, String clientAuth) throws IOException {
        Path bundle = other.resolve("bank.pem");
        Files.writeString(bundle, TestAuthority.pem(TestAuthority.certificates(bank)));
        return server.start(
                "mesh.identity.directory=" + mount,
                "mesh.identity.federated[bank.example]=" + bundle,
                "mesh.initial-fetch-timeout=2m",
                "server.ssl.client-auth=" + clientAuth);
    }

    private static long serial(Issued issued) {
        return issued.leaf().getSerialNumber().longValueExact();
    }

    private static void admits(int port, @Nullable Issued client, String id, TestAuthority... trusted)
            throws Exception {
        assertThat(new TestClient(port, client, trusted).call().body()).isEqualTo(id);
    }

    /** In TLS 1.3 a client may notice the alert only when it reads the answer. */
    private static void refuses(int port, @Nullable Issued client, TestAuthority... trusted) throws Exception {
        assertThatThrownBy(new TestClient(port, client, trusted)::call)
                .isInstanceOf(IOException.class)
                .message()
                .doesNotContain("401", "403");
    }

    @ParameterizedTest
    @EnumSource
    void admits_members_of_the_mesh_alone_and_demands_a_certificate_after_each_rotation(
            TestServer server, CapturedOutput output) throws Exception {
        Issued first = oldRoot.svid(ORDERS);
        Issued second = oldRoot.svid(ORDERS);
        Issued ofNewRoot = newRoot.svid(ORDERS);
        TestAuthority[] roots = {oldRoot, newRoot};
        TestAuthority.mount(mount, first, oldRoot);
        try (ConfigurableApplicationContext context = start(server, "need")) {
            int port = TestServer.port(context);
            TestClient kept = new TestClient(port, oldRoot.svid(CHECKOUT), roots);
            assertThat(kept.call()).isEqualTo(new TestClient.Answer(CHECKOUT, serial(first)));
            admits(port, oldRoot.intermediate("issuing").svid(CHECKOUT), CHECKOUT, roots);
            admits(port, bank.svid(BANK), BANK, roots);
            refuses(port, null, roots);
            refuses(port, newRoot.svid(CHECKOUT), roots);
            refuses(port, bank.svid(CHECKOUT), roots); // each trust domain vouches for its own members only
            refuses(port, oldRoot.svid(BANK), roots);
            refuses(port, oldRoot.svid("spiffe://elsewhere.example/checkout"), roots);
            refuses(port, oldRoot.expiredSvid(CHECKOUT), roots);
            assertThat(output)
                    .containsOnlyOnce(
                            "WARN dev.meshclient.identity - a client is refused in the TLS handshake: the peer '"
                                    + CHECKOUT);

            TestAuthority.mount(mount, second, oldRoot);
            TestClient caller = new TestClient(port, oldRoot.svid(CHECKOUT), roots);
            untilServed(caller, second);
            assertThat(kept.call())
                    .as("on the connection of before")
                    .isEqualTo(new TestClient.Answer(CHECKOUT, serial(first)));
            refuses(port, null, roots);
            refuses(port, newRoot.svid(CHECKOUT), roots);
            refuses(port, bank.svid(CHECKOUT), roots);
            refuses(port, oldRoot.svid(BANK), roots);
            admits(port, bank.svid(BANK), BANK, roots);

            TestAuthority.mount(mount, ofNewRoot, oldRoot, newRoot);
            untilServed(caller, ofNewRoot);
            admits(port, newRoot.svid(CHECKOUT), CHECKOUT, roots);

            TestAuthority.mount(mount, ofNewRoot, newRoot);
            await().atMost(WAIT).until(() -> isRefused(caller));
            admits(port, newRoot.svid(CHECKOUT), CHECKOUT, roots);
            refuses(port, null, roots);

            TestAuthority.mount(mount, second.chain(), first.key(), newRoot);
            await().atMost(WAIT).until(() -> output.getAll().contains("does not belong to the certificate"));
            TestClient last = new TestClient(port, newRoot.svid(CHECKOUT), roots);
            assertThat(last.call().serial()).as("the last good certificate").isEqualTo(serial(ofNewRoot));
        }
    }

    private static void untilServed(TestClient client, Issued server) {
        await().atMost(WAIT).until(() -> client.callOnNewConnection().serial() == serial(server));
    }

    private static boolean isRefused(TestClient client) {
        try {
            client.callOnNewConnection();
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @ParameterizedTest
    @EnumSource
    void wants_a_certificate_and_admits_clients_without_one(TestServer server) throws Exception {
        Issued first = oldRoot.svid(ORDERS);
        Issued second = oldRoot.svid(ORDERS);
        TestAuthority.mount(mount, first, oldRoot);
        try (ConfigurableApplicationContext context = start(server, "want")) {
            int port = TestServer.port(context);
            admits(port, null, TestServer.ANONYMOUS, oldRoot);
            TestAuthority.mount(mount, second, oldRoot);
            untilServed(new TestClient(port, null, oldRoot), second);
            admits(port, oldRoot.svid(CHECKOUT), CHECKOUT, oldRoot);
            admits(port, null, TestServer.ANONYMOUS, oldRoot);
            refuses(port, newRoot.svid(CHECKOUT), oldRoot);
        }
    }

    @ParameterizedTest
    @EnumSource
    void no_request_fails_while_the_certificate_rotates_under_load(TestServer server) throws Exception {
        TestAuthority.mount(mount, oldRoot.svid(ORDERS), oldRoot);
        Issued checkout = oldRoot.svid(CHECKOUT);
        try (ConfigurableApplicationContext context = start(server, "need");
                Mesh mesh = mesh(TestServer.port(context), checkout)) {
            TestClient kept = new TestClient(TestServer.port(context), checkout, oldRoot);
            TestClient fresh = new TestClient(TestServer.port(context), checkout, oldRoot);
            OkHttpClient meshed = mesh.wrap(new OkHttpClient());
            Request request = new Request.Builder().url("http://orders/who").build();
            Callable<String> throughMesh = () -> {
                try (Response response = meshed.newCall(request).execute()) {
                    return response.body().string();
                }
            };
            Load load = new Load(
                    List.of(throughMesh, throughMesh, () -> kept.call().body(), () -> fresh.callOnNewConnection()
                            .body()));
            Duration interval = SECONDS == 0 ? Duration.ofMillis(100) : Duration.ofSeconds(SECONDS);
            for (int i = 0; i < ROTATIONS; i++) {
                load.goOn(interval);
                Issued next = oldRoot.svid(ORDERS);
                TestAuthority.mount(mount, next, oldRoot);
                untilServed(new TestClient(TestServer.port(context), checkout, oldRoot), next);
            }
            load.goOn(interval);
            load.stop();
            LOG.info(
                    "{} rotations of {} under load: {} requests, failed {}",
                    ROTATIONS,
                    server,
                    load.answered,
                    load.failures);
            assertThat(load.failures).isEmpty();
            assertThat(load.answered.get()).isPositive();
        }
    }

    private Mesh mesh(int port, Issued own) throws Exception {
        return Mesh.builder()
                .policy(PolicySource.of("""
                        {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": 1},
                         "trustDomain": "shop.example", "defaults": {"tls": {"mode": "MESH_MUTUAL"}},
                         "services": {"orders": {"hosts": ["orders"], "timeouts": {"connect": "30s"},
                           "endpoints": [{"address": "127.0.0.1", "port": %d}]}}}
                        """.formatted(port)))
                .snapshotDirectory(null)
                .identity(WorkloadIdentity.of(own.svid(oldRoot)))
                .build();
    }

    /** Callers that call one after another, each on a thread of its own. */
    private static final class Load {
        private final AtomicLong answered = new AtomicLong();
        private final Queue<String> failures = new ConcurrentLinkedQueue<>();
        private final CountDownLatch over = new CountDownLatch(1);
        private final List<Thread> callers = new ArrayList<>();

        Load(List<Callable<String>> calls) {
            for (Callable<String> call : calls) {
                Thread caller = new Thread(() -> run(call), "load-" + callers.size());
                callers.add(caller);
                caller.start();
            }
        }

        private void run(Callable<String> call) {
            while (over.getCount() > 0) {
                try {
                    String body = call.call();
                    if (body.equals(CHECKOUT)) {
                        answered.incrementAndGet();
                    } else {
                        failures.add(body);
                    }
                } catch (Exception e) {
                    failures.add(e.toString());
                }
            }
        }

        void goOn(Duration time) throws InterruptedException {
            assertThat(over.await(time.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
        }

        void stop() throws InterruptedException {
            over.countDown();
            for (Thread caller : callers) {
                caller.join();
            }
        }
    }
}
