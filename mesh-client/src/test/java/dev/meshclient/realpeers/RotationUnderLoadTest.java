package dev.meshclient.realpeers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Mesh;
import dev.meshclient.identity.MountedIdentity;
import dev.meshclient.identity.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLHandshakeException;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Certificates and roots are rotated, on both sides, while nginx is called. What nginx writes down says which certificate we
 * showed, and when. {@code -Dmesh.rotation.seconds} says for how long at least; 6 if not stated.
 */
class RotationUnderLoadTest {
    private static final Logger LOG = LoggerFactory.getLogger(RotationUnderLoadTest.class);
    private static final int SECONDS = Integer.getInteger("mesh.rotation.seconds", 6);
    private static final int PER_SECOND = Integer.getInteger("mesh.rotation.rate", 1000);
    /** Far more than it takes, far less than the 30 s after which idle connections would be gone in any case. */
    private static final Duration BOUND = Duration.ofSeconds(20);
    /** ESTABLISHED, and CLOSE_WAIT: the peer has closed it, this side has not. */
    private static final Set<String> OPEN_STATES = Set.of("01", "08");
    /** For nginx and the mesh to start, and for the mesh to take up the second certificate, before the first one ends. */
    private static final Duration HEAD_START = Duration.ofSeconds(6);

    private static final String MUTUAL =
            "\"serviceAccount\": \"ns/prod/sa/orders\", \"tls\": {\"mode\": \"MESH_MUTUAL\"}, \"outlierDetection\": {\"consecutiveLocalOriginFailures\": 0}";

    private final TestCertificates oldRoot = TestCertificates.root("old");
    private final TestCertificates newRoot = TestCertificates.root("new");
    private final TestCertificates oldOrders = Shop.issue(oldRoot, TestCertificates.svid(Shop.ORDERS));
    private final TestCertificates newOrders = Shop.issue(newRoot, TestCertificates.svid(Shop.ORDERS));

    @TempDir
    Path directory;

    private static Mesh mesh(RealPeer peer, Mount mount, Rotations reported) throws IOException {
        return Shop.ready(Shop.mesh(peer.port(), MUTUAL, MountedIdentity.at(mount.directory()))
                .observer(call -> reported)
                .listener(reported));
    }

    private static TestCertificates checkout(TestCertificates root, Instant end) {
        return Shop.issue(root, TestCertificates.svid(Shop.CHECKOUT), end);
    }

    private static Instant in(Duration time) {
        return Shop.CLOCK.instant().plus(time).truncatedTo(ChronoUnit.SECONDS);
    }

    // ---- proof

    /** What was shown with one certificate. */
    private record Shown(long requests, Set<Integer> clientPorts, long resumed, Instant first, Instant last) {
        static Shown in(List<NginxPeer.Line> lines, TestCertificates certificate) {
            String serial = RealPeer.serial(certificate);
            List<NginxPeer.Line> mine =
                    lines.stream().filter(line -> line.serial().equals(serial)).toList();
            Set<Integer> ports = new HashSet<>();
            Set<Integer> resumed = new HashSet<>();
            mine.forEach(line -> ports.add(line.clientPort()));
            mine.stream().filter(NginxPeer.Line::resumed).forEach(line -> resumed.add(line.clientPort()));
            return new Shown(
                    mine.size(),
                    ports,
                    resumed.size(),
                    mine.isEmpty() ? Instant.MAX : mine.get(0).at(),
                    mine.isEmpty() ? Instant.MIN : mine.get(mine.size() - 1).at());
        }

        String since(Instant began) {
            return requests == 0
                    ? "nothing"
                    : "%d requests on %d connections (%d resumed), from %.1f s to %.1f s"
                            .formatted(
                                    requests,
                                    clientPorts.size(),
                                    resumed,
                                    Duration.between(began, first).toMillis() / 1e3,
                                    Duration.between(began, last).toMillis() / 1e3);
        }
    }

    /**
     * Connections to the port on which this certificate was shown last, or none that nginx has logged yet; nginx writes the line
     * of a request before it closes the connection, perhaps long after its client did.
     */
    private static Set<Integer> open(NginxPeer peer, TestCertificates certificate) throws IOException {
        Map<Integer, String> serials = new HashMap<>();
        peer.lines().forEach(line -> serials.put(line.clientPort(), line.serial()));
        Set<Integer> open = established(peer.port());
        open.removeIf(
                port -> !RealPeer.serial(certificate).equals(serials.getOrDefault(port, RealPeer.serial(certificate))));
        return open;
    }

    /**
     * The clients' ports of connections that client or server has not closed, by Linux; empty where there is no such list, and the
     * server's log must do.
     */
    private static Set<Integer> established(int serverPort) throws IOException {
        Path table = Path.of("/proc/net/tcp");
        Set<Integer> ports = new HashSet<>();
        if (Files.isReadable(table)) {
            for (String line : Files.readAllLines(table)) {
                List<String> columns = List.of(line.strip().split("\\s+", -1));
                int local = port(columns.get(1));
                int remote = port(columns.get(2));
                if (OPEN_STATES.contains(columns.get(3)) && (local == serverPort || remote == serverPort)) {
                    ports.add(local == serverPort ? remote : local);
                }
            }
        }
        return ports;
    }

    private static int port(String addressAndPort) {
        int colon = addressAndPort.indexOf(':');
        return colon < 0 ? -1 : Integer.parseInt(addressAndPort.substring(colon + 1), 16);
    }

    private static void until(Callable<Boolean> condition) {
        await().pollInterval(Duration.ofMillis(100)).until(condition);
    }

    private static void untilAge(Load load, double share) {
        until(() -> load.age() >= share * SECONDS * 1e9);
    }

    // ---- rotations

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void no_request_fails_while_certificates_and_roots_rotate(Protocol protocol) throws Exception {
        Rotations reported = new Rotations();
        TestCertificates first =
                checkout(oldRoot, in(Duration.ofMillis(SECONDS * 450L).plus(HEAD_START)));
        TestCertificates renewed = checkout(oldRoot, in(Duration.ofHours(1)));
        TestCertificates ofNewRoot = checkout(newRoot, in(Duration.ofHours(1)));
        Mount mount = new Mount(Files.createDirectory(directory.resolve("mount")), first, List.of(oldRoot));
        try (NginxPeer peer = new NginxPeer(
                        Files.createDirectory(directory.resolve("nginx")), oldOrders, List.of(oldRoot), "");
                Mesh mesh = mesh(peer, mount, reported)) {
            until(() -> !reported.hard().isEmpty());
            OkHttpClient http = Shop.client(mesh, protocol);
            Instant began = Shop.CLOCK.instant();
            try (Load load = new Load(http, PER_SECOND)) {
                untilAge(load, 0.15);
                mount.swap(renewed, List.of(oldRoot));
                until(() -> reported.soft().size() == 1);
                Instant end = first.certificate().getNotAfter().toInstant();
                until(() ->
                        !Shop.CLOCK.instant().isBefore(end) && open(peer, first).isEmpty());
                Instant firstGone = Shop.CLOCK.instant();

                untilAge(load, 0.5);
                peer.reload(oldOrders, List.of(oldRoot, newRoot));
                mount.swap(renewed, List.of(oldRoot, newRoot));
                until(() -> reported.hard().size() == 2);

                untilAge(load, 0.6);
                peer.reload(newOrders, List.of(oldRoot, newRoot));
                untilAge(load, 0.65);
                mount.swap(ofNewRoot, List.of(oldRoot, newRoot));
                until(() -> reported.soft().size() == 2);

                untilAge(load, 0.75);
                Instant withdrawing = Shop.CLOCK.instant();
                mount.swap(ofNewRoot, List.of(newRoot));
                until(() -> reported.hard().size() == 3);
                Instant withdrawn = reported.hard().get(2);
                until(() -> open(peer, renewed).isEmpty());
                Instant renewedGone = Shop.CLOCK.instant();

                untilAge(load, 0.9);
                peer.reload(newOrders, List.of(newRoot));
                untilAge(load, 1);
                until(() -> Shown.in(peer.lines(), ofNewRoot).last().isAfter(renewedGone));
                double seconds = load.age() / 1e9;
                load.stop();

                // nginx writes a line when the caller may have its answer already
                await().untilAsserted(() -> assertThat(peer.lines().size())
                        .as("requests in nginx's log")
                        .isGreaterThanOrEqualTo((int) load.answered()));
                List<NginxPeer.Line> lines = peer.lines();
                Shown byFirst = Shown.in(lines, first);
                Shown byRenewed = Shown.in(lines, renewed);
                Shown byNew = Shown.in(lines, ofNewRoot);
                LOG.info(
                        "rotation by {} for {} s: {} answered ({}/s), {} failed, attempts {}",
                        protocol,
                        Math.round(seconds),
                        load.answered(),
                        Math.round(load.answered() / seconds),
                        load.failed(),
                        reported.outcomes());
                LOG.info(
                        "rotation: first certificate {}; it ended at {} s, its last connection was seen gone {} ms later",
                        byFirst.since(began),
                        Duration.between(began, end).toMillis() / 1e3,
                        Duration.between(end, firstGone).toMillis());
                LOG.info(
                        "rotation: renewed certificate {}; its root was withdrawn at {} s, taken up after {} ms, last connection seen gone after {} ms",
                        byRenewed.since(began),
                        Duration.between(began, withdrawing).toMillis() / 1e3,
                        Duration.between(withdrawing, withdrawn).toMillis(),
                        Duration.between(withdrawn, renewedGone).toMillis());
                LOG.info("rotation: certificate of the new root {}", byNew.since(began));

                assertThat(load.failures()).isEmpty();
                assertThat(load.answered()).isPositive();
                assertThat(byFirst.requests() + byRenewed.requests() + byNew.requests())
                        .as("requests in nginx's log")
                        .isGreaterThanOrEqualTo(load.answered());
                assertThat(byFirst.requests()).isPositive();
                assertThat(byFirst.last()).isBefore(end.plus(BOUND)).isBeforeOrEqualTo(firstGone);
                assertThat(byRenewed.requests()).isPositive();
                assertThat(byRenewed.last()).isBeforeOrEqualTo(renewedGone);
                assertThat(renewedGone).isBefore(withdrawn.plus(BOUND));
                assertThat(byNew.requests()).isPositive();
                assertThat(byNew.last()).isAfter(renewedGone);
            }

            peer.reload(oldOrders, List.of(oldRoot, newRoot));
            assertThatThrownBy(() -> call(http))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining(Shop.ORDERS)
                    .hasMessageContaining("issued by 'CN=old'");
        }
    }

    private static int call(OkHttpClient http) throws IOException {
        Request request = new Request.Builder().url("http://orders/").build();
        try (Response response = http.newCall(request).execute()) {
            response.body().string();
            return response.code();
        }
    }

    /** Each request takes a connection of its own, by an abbreviated handshake in which no certificate is shown. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_session_of_a_withdrawn_root_is_not_resumed(String version) throws Exception {
        Rotations reported = new Rotations();
        TestCertificates own = checkout(newRoot, in(Duration.ofHours(1)));
        Mount mount = new Mount(Files.createDirectory(directory.resolve("mount")), own, List.of(oldRoot, newRoot));
        String directives = "keepalive_timeout 0; ssl_protocols " + version + ";";
        try (NginxPeer peer = new NginxPeer(
                        Files.createDirectory(directory.resolve("nginx")), oldOrders, List.of(newRoot), directives);
                Mesh mesh = mesh(peer, mount, reported)) {
            until(() -> !reported.hard().isEmpty());
            OkHttpClient http = Shop.client(mesh, Protocol.HTTP_1_1);
            assertThat(call(http)).isEqualTo(200);
            assertThat(call(http)).isEqualTo(200);
            until(() -> peer.lines().size() == 2);
            assertThat(peer.lines()).extracting(NginxPeer.Line::resumed).containsExactly(false, true);

            mount.swap(own, List.of(newRoot));
            until(() -> reported.hard().size() == 2);

            assertThatThrownBy(() -> call(http))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("issued by 'CN=old'");
            assertThat(peer.lines()).hasSize(2);
        }
    }
}
