package dev.meshclient.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.internal.okhttp.direct.ChosenPath;
import dev.meshclient.internal.okhttp.direct.OkHttpPath;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import okhttp3.OkHttp;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * 64 callers of three services, over HTTP/1.1, HTTP/2 in the clear, and TLS with either; five instances of which one at a time dies,
 * resets, hangs, answers 503 or cuts bodies; and a registry that publishes good and bad documents and is down now and then. {@code
 * -Dmesh.soak.seconds} says for how long; 10 if not stated.
 *
 * <p>What may be seen is little: a GET is answered, or its body is cut; a POST may also end without an answer if it was sent,
 * since it must not be sent again, or with the 503 that it met.
 */
class SoakTest {
    private static final Logger LOG = LoggerFactory.getLogger(SoakTest.class);
    private static final long MS = 1_000_000;
    private static final int SECONDS = Integer.getInteger("mesh.soak.seconds", 10);
    private static final int CALLERS = 64;
    private static final int INSTANCES = 5;
    /** Below those that the system gives to clients; other runs on this machine have others. */
    private static final int FIRST_PORT =
            20_000 + (int) (ProcessHandle.current().pid() % 400) * 30;

    private static final int SAMPLES = 6;
    /** Over HTTP/1.1, h2c and TLS. */
    private static final List<String> URLS = List.of("http://orders/", "http://stock/", "https://bills/");

    /** Both ends of a connection for each of the calls that {@link #calm} makes at once, and those that listen. */
    private static final int MOST_SOCKETS = 2 * CALLERS * URLS.size() + 50;

    private static final HandshakeCertificates CERTIFICATES = certificates();
    private static final SSLContext TLS = tls();

    private final RealTime time = RealTime.create("soak");
    private final Account account = new Account();
    private final Instance.Processed processed = new Instance.Processed();
    private final AtomicInteger posts = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> trouble = new AtomicReference<>();
    private final List<Instance> instances = new ArrayList<>();
    private final LeakWarnings leaks = new LeakWarnings();
    private volatile boolean over;
    private int version;

    private static HandshakeCertificates certificates() {
        HeldCertificate bills =
                new HeldCertificate.Builder().addSubjectAlternativeName("bills").build();
        return new HandshakeCertificates.Builder()
                .heldCertificate(bills)
                .addTrustedCertificate(bills.certificate())
                .build();
    }

    /** Of itself the JDK keeps 20,480 sessions for a day: that growth would hide every other one. */
    private static SSLContext tls() {
        SSLContext tls = CERTIFICATES.sslContext();
        tls.getClientSessionContext().setSessionCacheSize(64);
        tls.getServerSessionContext().setSessionCacheSize(64);
        return tls;
    }

    // ---- what the registry says

    private String document(RandomGenerator random, boolean calm) {
        int left = calm ? INSTANCES : random.nextInt(INSTANCES + 1);
        Documents.Service orders = Documents.service("orders");
        Documents.Service stock = Documents.service("stock").with("'appProtocol': 'kubernetes.io/h2c'");
        Documents.Service bills = Documents.service("bills");
        for (int i = 0; i < INSTANCES; i++) {
            if (i != left) {
                String zone = "'locality': 'eu/%s'".formatted(i % 2 == 0 ? "a" : "b");
                orders.endpoint("127.0.0.1", instances.get(i).port(), zone);
                stock.endpoint("127.0.0.1", instances.get(i).port(), zone);
                bills.endpoint("127.0.0.1", instances.get(i).tlsPort(), zone);
            }
        }
        for (Documents.Service service : List.of(orders, stock, bills)) {
            service.with(settings(random, calm));
        }
        return Documents.mesh("soak")
                .version(++version)
                .services(orders, stock, bills)
                .json();
    }

    private static String settings(RandomGenerator random, boolean calm) {
        List<String> algorithms = List.of("LEAST_REQUEST", "ROUND_ROBIN", "RANDOM");
        return """
                'timeouts': {'request': '30s', 'backendRequest': '1s'},
                'retry': {'attempts': 4},
                'retryConstraint': {'budget': {'percent': 100}},
                'limits': {'maxRequests': %d},
                'loadBalancer': {'simple': '%s'},
                'outlierDetection': {'baseEjectionTime': '1s', 'maxEjectionTime': '2s', 'maxEjectionPercent': %d}
                """.formatted(
                CALLERS, algorithms.get(random.nextInt(algorithms.size())), calm || random.nextInt(6) > 0 ? 50 : 0);
    }

    private String broken(RandomGenerator random) {
        String good = document(random, false);
        return switch (random.nextInt(3)) {
            case 0 -> good.substring(0, good.length() / 2);
            case 1 -> good.replace("\"attempts\": 4", "\"attempts\": \"many\"");
            default -> good.replace("meshclient.dev/v1", "meshclient.dev/v9");
        };
    }

    // ---- what happens

    private void publish(Registry registry) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 1; !over; i++) {
            pause(50 + random.nextInt(300));
            registry.publish(random.nextInt(4) == 0 ? broken(random) : document(random, false));
            if (i % 20 == 0) {
                registry.stop();
                pause(200 + random.nextInt(1000));
                registry.start();
            }
        }
    }

    private void disturb() throws IOException {
        SplittableRandom random = new SplittableRandom(2);
        Instance.Mode[] modes = Instance.Mode.values();
        for (int i = 0; !over; i++) {
            Instance bad = instances.get(random.nextInt(INSTANCES));
            bad.become(modes[1 + i % (modes.length - 1)]);
            pause(300 + random.nextInt(1200));
            bad.become(Instance.Mode.GOOD);
            pause(random.nextInt(500));
        }
    }

    private void pause(long millis) throws IOException {
        long until = time.now() + millis * MS;
        while (time.now() < until) {
            time.signal("pause").await(until);
        }
    }

    // ---- what callers see

    private void callOnAndOn(OkHttpClient http, int caller) throws IOException {
        SplittableRandom random = new SplittableRandom(100 + caller);
        for (int i = 0; !over; i++) {
            String url = URLS.get(random.nextInt(URLS.size()));
            if (random.nextInt(10) < 7) {
                call(http, "GET", url, caller + "-" + i);
            } else {
                call(http, "POST", url, String.valueOf(posts.incrementAndGet()));
            }
            pause(random.nextInt(20));
        }
    }

    private void call(OkHttpClient http, String method, String url, String id) {
        RequestBody body = method.equals("POST") ? RequestBody.create(new byte[100]) : null;
        Request request = new Request.Builder()
                .url(url + id)
                .header("x-id", id)
                .method(method, body)
                .build();
        boolean answered = false;
        try (Response response = http.newCall(request).execute()) {
            answered = true;
            String text = response.body().string();
            boolean ours = text.equals("answer to " + id);
            if (ours && (response.code() == 200 || (response.code() == 503 && body != null))) {
                account.seen(method + " " + response.code());
            } else {
                account.unexpected(method + " " + response.code(), text + ", " + Mesh.decision(response));
            }
        } catch (IOException e) {
            failed(method, answered, e);
        } catch (RuntimeException e) {
            account.unexpected(method + " " + e, String.valueOf(e.getStackTrace()[0]));
        }
    }

    private void failed(String method, boolean answered, IOException e) {
        if (answered) {
            account.seen(method + " cut");
            return;
        }
        String last = lastOutcome(e);
        boolean sent = List.of("reset", "reset-of-reused", "attempt-timeout").contains(last);
        if (method.equals("POST") && sent) {
            account.seen("POST sent, " + last);
        } else {
            account.unexpected(method + " " + last, e + ", " + Mesh.decision(e));
        }
    }

    private static String lastOutcome(IOException e) {
        var decision = Mesh.decision(e);
        return decision == null || decision.attempts().isEmpty()
                ? e.toString()
                : decision.attempts().get(decision.attempts().size() - 1).outcome();
    }

    // ---- what it must come to

    private interface Part {
        void play() throws IOException;
    }

    private void start(String name, CountDownLatch left, Part part) {
        time.start(name, () -> {
            try {
                part.play();
            } catch (IOException | RuntimeException | Error e) {
                trouble.compareAndSet(null, e);
            } finally {
                left.countDown();
            }
        });
    }

    /** A soak may be longer than any other test. */
    @Timeout(value = 3, unit = TimeUnit.HOURS)
    @Test
    void every_call_is_accounted_for_whatever_happens() throws Exception {
        long socketsBefore = Held.socketsNow();
        for (int i = 0; i < INSTANCES; i++) {
            instances.add(new Instance(
                    time, processed, FIRST_PORT + 4 * i, TLS.getServerSocketFactory(), i % 2 == 0 ? "h2" : "http/1.1"));
        }
        OkHttpClient plain = new OkHttpClient.Builder()
                .sslSocketFactory(TLS.getSocketFactory(), CERTIFICATES.trustManager())
                .build();
        try (Registry registry = new Registry(time, FIRST_PORT + 4 * INSTANCES + 5)) {
            registry.publish(document(new SplittableRandom(0), true));
            try (Mesh mesh = Mesh.builder()
                    .claim("orders")
                    .observer(account)
                    .listener(account)
                    .policy(PolicySource.http(registry.uri()).pollInterval(Duration.ofSeconds(1)))
                    .build()) {
                assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
                play(mesh, registry, mesh.wrap(plain));
            }
            LOG.info(
                    "soak of {} s over {}: lost {}, {}; of {} POSTs {} were processed",
                    SECONDS,
                    ChosenPath.of(OkHttp.VERSION) == OkHttpPath.PUBLIC ? "OkHttp's public API" : "the direct path",
                    account.started() - account.ended(),
                    account,
                    posts,
                    processed.count());
            check();
            assertThatForgottenBodyIsReported(plain);
        } finally {
            leaks.close();
            for (Instance instance : instances) {
                instance.close();
            }
            time.close();
        }
        await().until(() -> Held.socketsNow() <= socketsBefore + 2);
    }

    private void play(Mesh mesh, Registry registry, OkHttpClient http) throws Exception {
        CountDownLatch left = new CountDownLatch(CALLERS + 2);
        for (int i = 0; i < CALLERS; i++) {
            int caller = i;
            start("soak-caller", left, () -> callOnAndOn(http, caller));
        }
        start("soak-publisher", left, () -> publish(registry));
        start("soak-disturber", left, this::disturb);
        List<Held> samples = new ArrayList<>();
        for (int i = 0; i < SAMPLES; i++) {
            pause(SECONDS * 1000L / SAMPLES);
            samples.add(Held.now());
        }
        over = true;
        left.await();
        calm(mesh, registry, http);
        samples.add(Held.now());
        calm(mesh, registry, http); // lets OkHttp look for what was collected
        LOG.info(
                "live heap {} KB, threads {}, sockets {}, leaked {}",
                samples.stream().map(Held::heapKb).toList(),
                samples.stream().map(Held::threads).toList(),
                samples.stream().map(Held::sockets).toList(),
                leaks.seen());
        Held before = samples.get(1);
        assertThat(samples.get(SAMPLES).heapKb()).as("live heap").isLessThan(before.heapKb() + (8 << 10));
        assertThat(samples).as("sockets").allMatch(held -> held.sockets() <= MOST_SOCKETS);
        assertThat(leaks.seen()).as("warnings of forgotten bodies").isZero();
        await().until(() -> Held.threadsNow() <= before.threads() + 4 + 2 * INSTANCES);
    }

    /** All is well again: the last document is in force, and as many calls at once as the limit allows find their places. */
    private void calm(Mesh mesh, Registry registry, OkHttpClient http) throws Exception {
        registry.start();
        registry.publish(document(new SplittableRandom(0), true));
        await().until(mesh::policyRevision, ("version " + version)::equals);
        await().until(() -> instances.stream().allMatch(i -> i.busy() == 0));
        CountDownLatch left = new CountDownLatch(CALLERS * URLS.size());
        for (int i = 0; i < CALLERS * URLS.size(); i++) {
            String id = "calm-" + i;
            String url = URLS.get(i % URLS.size());
            start("soak-caller", left, () -> call(http, "GET", url, id));
        }
        left.await();
        assertThat(account.ended()).as("calls that never ended").isEqualTo(account.started());
    }

    /** None was reported so far because there was none. */
    private void assertThatForgottenBodyIsReported(OkHttpClient plain) throws Exception {
        try (Mesh mesh = Mesh.builder()
                .policy(PolicySource.of(document(new SplittableRandom(0), true)))
                .drainTimeout(Duration.ZERO)
                .build()) {
            OkHttpClient http = mesh.wrap(plain);
            forget(http);
            int before = leaks.seen();
            await().until(() -> {
                System.gc();
                for (int i = 0; i < INSTANCES; i++) {
                    get(http).close();
                }
                return leaks.seen() > before;
            });
        }
    }

    private static Response get(OkHttpClient http) throws IOException {
        return http.newCall(new Request.Builder().url(URLS.get(0)).build()).execute();
    }

    private static void forget(OkHttpClient http) throws IOException {
        assertThat(get(http).code()).isEqualTo(200);
    }

    private void check() {
        assertThat(trouble.get()).isNull();
        assertThat(account.unexpected()).as("%s", account).isEmpty();
        assertThat(processed.twice()).as("POSTs that were processed twice").isZero();
        assertThat(account.started()).isEqualTo(account.calls());
        assertThat(account.ended()).isEqualTo(account.calls());
        // An attempt whose connection was refused or had broken is no request that an instance reads.
        assertThat(instances.stream().mapToLong(Instance::served).sum()).isLessThanOrEqualTo(account.attempts());
        assertThat(account.count("POST 200")).isLessThanOrEqualTo(processed.count());
        assertThat(account.count("GET 200")).isPositive();
        assertThat(account.ejected()).isPositive().isGreaterThanOrEqualTo(account.returned());
    }
}
