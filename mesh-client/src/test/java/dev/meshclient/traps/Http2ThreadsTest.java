package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.registry.MemoryPolicySource;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** OkHttp runs a thread for each HTTP/2 connection: what bounds them, and what ends them. */
class Http2ThreadsTest {
    private static final int ENDPOINTS = 30;
    private static final String PROTOCOL = "'appProtocol': 'kubernetes.io/h2c'";

    private final List<RawServer> servers = new ArrayList<>();
    private int version;
    private volatile CountDownLatch answers = new CountDownLatch(0);

    @BeforeEach
    void start() throws IOException {
        for (int i = 0; i < ENDPOINTS; i++) {
            servers.add(RawServer.of(peer -> {
                for (int stream = Http2.request(peer); ; stream = Http2.next(peer)) {
                    awaitAnswers();
                    peer.write(Http2.ok(stream));
                }
            }));
        }
    }

    @AfterEach
    void stop() throws IOException {
        answers.countDown();
        for (RawServer server : servers) {
            server.close();
        }
    }

    private void awaitAnswers() {
        try {
            answers.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String document(int endpoints, String settings) {
        Documents.Service orders = Documents.service("threads.test").with(PROTOCOL);
        for (RawServer server : servers.subList(0, endpoints)) {
            orders.endpoint(server.port());
        }
        return Documents.mesh("threads")
                .version(++version)
                .services(orders.with(settings))
                .json();
    }

    private static Mesh mesh(PolicySource policy) {
        return Mesh.builder().policy(policy).build();
    }

    private static void call(OkHttpClient http) throws IOException {
        try (Response response = http.newCall(
                        new Request.Builder().url("http://threads.test/").build())
                .execute()) {
            assertThat(response.code()).isEqualTo(200);
        }
    }

    private static void callEach(OkHttpClient http) throws IOException {
        for (int i = 0; i < 4 * ENDPOINTS; i++) {
            call(http);
        }
    }

    private static Thread inBackground(OkHttpClient http, AtomicReference<@Nullable Throwable> failure) {
        Thread caller = new Thread(() -> {
            try {
                call(http);
            } catch (IOException | RuntimeException | Error e) {
                failure.set(e);
            }
        });
        caller.start();
        return caller;
    }

    private int connections() {
        return servers.stream().mapToInt(RawServer::openConnections).sum();
    }

    /** Those that read a connection: others of OkHttp's keep the name of their last task while they wait for another. */
    private static long threads() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(of -> of.getKey().getName().equals("OkHttp threads.test"))
                .filter(of -> Stream.of(of.getValue())
                        .anyMatch(frame -> frame.getClassName().endsWith("Http2Connection$ReaderRunnable")))
                .count();
    }

    @Test
    void each_endpoint_that_was_called_has_a_thread() throws Exception {
        try (Mesh mesh = mesh(PolicySource.of(document(ENDPOINTS, "'loadBalancer': {'simple': 'ROUND_ROBIN'}")))) {
            callEach(mesh.wrap(new OkHttpClient()));
            await().until(() -> threads() == ENDPOINTS);
            assertThat(connections()).isEqualTo(ENDPOINTS);
        }
        await().until(() -> threads() == 0 && connections() == 0);
    }

    @Test
    void a_subset_bounds_threads() throws Exception {
        String settings = "'loadBalancer': {'simple': 'ROUND_ROBIN', 'subsetSize': 5}";
        try (Mesh mesh = mesh(PolicySource.of(document(ENDPOINTS, settings)))) {
            callEach(mesh.wrap(new OkHttpClient()));
            await().until(() -> threads() == 5);
            assertThat(connections()).isEqualTo(5);
        }
    }

    @Test
    void the_thread_of_an_endpoint_ends_when_the_policy_does_not_list_it_any_more() throws Exception {
        MemoryPolicySource policy = PolicySource.of(document(ENDPOINTS, "'loadBalancer': {'simple': 'ROUND_ROBIN'}"));
        try (Mesh mesh = mesh(policy)) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            callEach(http);
            policy.update(document(3, "'loadBalancer': {'simple': 'ROUND_ROBIN'}"));
            await().until(() -> threads() == 3 && connections() == 3);
        }
    }

    @Test
    void a_call_in_flight_keeps_the_thread_of_an_endpoint_that_is_not_listed_any_more_until_it_ends() throws Exception {
        answers = new CountDownLatch(1);
        MemoryPolicySource policy = PolicySource.of(document(1, ""));
        try (Mesh mesh = mesh(policy)) {
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            Thread caller = inBackground(mesh.wrap(new OkHttpClient()), failure);
            await().until(() -> servers.get(0).requests() == 1);
            policy.update(document(0, ""));
            await().until(() -> mesh.policyRevision().equals("version 2"));
            await().until(() -> threads() == 1);
            assertThat(connections()).isEqualTo(1);
            answers.countDown();
            caller.join();
            assertThat(failure).hasNullValue();
            await().until(() -> threads() == 0 && connections() == 0);
        }
    }

    /** Each opens a connection, as none is known to speak HTTP/2 yet; those that were not needed are closed. */
    @Test
    void many_first_calls_at_once_leave_one_thread() throws Exception {
        try (Mesh mesh = mesh(PolicySource.of(document(1, "")))) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            CyclicBarrier begin = new CyclicBarrier(20);
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Thread caller = new Thread(() -> {
                    try {
                        begin.await();
                        call(http);
                    } catch (Exception | Error e) {
                        failure.set(e);
                    }
                });
                caller.start();
                callers.add(caller);
            }
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(failure).hasNullValue();
            await().until(() -> threads() == 1 && connections() == 1);
        }
    }
}
