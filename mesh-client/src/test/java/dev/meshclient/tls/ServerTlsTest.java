package dev.meshclient.tls;

import static dev.meshclient.tls.MeshPeer.now;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.meshclient.Thrown;
import dev.meshclient.identity.MountedIdentity;
import dev.meshclient.identity.Svid;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.TrustBundles;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers of others, made peers of the mesh by one SSLContext. */
class ServerTlsTest {
    private final TestCertificates root = TestCertificates.root("root");
    private final ScriptedIdentity identity = new ScriptedIdentity(null);
    private final ServerTls tls = ServerTls.of(identity);
    private final Svid caller = svid(root, "spiffe://shop.example/checkout", root);

    private static Svid svid(TestCertificates by, String id, TestCertificates... trusted) {
        return by.issue(now(TestCertificates.svid(id))).svid(trusted);
    }

    private Svid orders() {
        return svid(root, "spiffe://shop.example/orders", root);
    }

    /** Where a server waits. */
    private record Running(int port, AutoCloseable stop) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            try {
                stop.close();
            } catch (Exception e) {
                throw new IOException("the server does not stop", e);
            }
        }
    }

    /** Servers as their users set them up. */
    enum Kind {
        JDK {
            @Override
            Running start(ServerTls tls) throws Exception {
                HttpsServer server = HttpsServer.create(local(), 0);
                server.setHttpsConfigurator(new HttpsConfigurator(tls.context()));
                return started(server);
            }
        },
        JETTY {
            @Override
            Running start(ServerTls tls) throws Exception {
                SslContextFactory.Server ssl = new SslContextFactory.Server();
                ssl.setSslContext(tls.context());
                Server server = new Server();
                HttpConfiguration http = new HttpConfiguration();
                http.addCustomizer(new SecureRequestCustomizer(false)); // SVIDs name no host
                ServerConnector connector = new ServerConnector(
                        server, new SslConnectionFactory(ssl, "http/1.1"), new HttpConnectionFactory(http));
                connector.setHost("127.0.0.1");
                server.addConnector(connector);
                server.setHandler(new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        Content.Sink.write(response, true, "ok", callback);
                        return true;
                    }
                });
                server.start();
                return new Running(connector.getLocalPort(), server::stop);
            }
        },
        SOCKETS {
            @Override
            Running start(ServerTls tls) throws Exception {
                SSLServerSocket server = (SSLServerSocket) tls.context()
                        .getServerSocketFactory()
                        .createServerSocket(0, 0, InetAddress.getLoopbackAddress());
                Thread accepting = new Thread(() -> answer(server));
                accepting.setDaemon(true);
                accepting.start();
                return new Running(server.getLocalPort(), server);
            }
        };

        abstract Running start(ServerTls tls) throws Exception;

        private static void answer(SSLServerSocket server) {
            while (!server.isClosed()) {
                try (SSLSocket socket = (SSLSocket) server.accept()) {
                    socket.getInputStream().read(new byte[4096]);
                    socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(UTF_8));
                } catch (IOException refused) {
                    assertThat(refused).isNotNull();
                }
            }
        }
    }

    private static InetSocketAddress local() throws IOException {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static Running started(HttpsServer server) {
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return new Running(server.getAddress().getPort(), () -> server.stop(0));
    }

    @BeforeEach
    void ready() throws IOException {
        identity.rotate(orders());
        assertThat(tls.awaitReady(Duration.ofSeconds(5))).isTrue();
    }

    @AfterEach
    void close() throws IOException {
        tls.close();
    }

    private static final TrustManager ANYONE = new X509TrustManager() {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    };

    private static SSLContext client(@Nullable Svid svid) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(svid == null ? null : TestKeys.of(svid), new TrustManager[] {ANYONE}, null);
        return context;
    }

    /** The serial number of the server's certificate, after one request that was answered. */
    private static String call(SSLContext client, int port) throws IOException {
        try (SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            SSLSession session = socket.getSession();
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: orders\r\nConnection: close\r\n\r\n".getBytes(UTF_8));
            byte[] answer = socket.getInputStream().readNBytes(12);
            if (answer.length < 12) {
                throw new IOException("the server closed the connection");
            }
            assertThat(new String(answer, UTF_8)).isEqualTo("HTTP/1.1 200");
            return ((X509Certificate) session.getPeerCertificates()[0])
                    .getSerialNumber()
                    .toString();
        }
    }

    private static String serial(Svid svid) {
        return svid.leaf().getSerialNumber().toString();
    }

    @ParameterizedTest
    @EnumSource
    void a_renewed_certificate_is_presented_without_a_restart_also_to_clients_that_would_resume(Kind kind)
            throws Exception {
        SSLContext client = client(caller);
        try (Running server = kind.start(tls)) {
            call(client, server.port());
            Svid renewed = orders();
            identity.rotate(renewed);

            assertThat(call(client, server.port())).isEqualTo(serial(renewed));
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_client_without_a_certificate_is_refused(Kind kind) throws Exception {
        try (Running server = kind.start(tls)) {
            assertThatThrownBy(() -> call(client(null), server.port())).isInstanceOf(IOException.class);
            assertThat(call(client(caller), server.port())).isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_client_of_a_root_that_is_revoked_is_refused_from_then_on_resumed_or_not(Kind kind) throws Exception {
        TestCertificates next = TestCertificates.root("next");
        SSLContext client = client(caller);
        try (Running server = kind.start(tls)) {
            call(client, server.port());
            identity.rotate(svid(next, "spiffe://shop.example/orders", next));

            assertThatThrownBy(() -> call(client, server.port())).isInstanceOf(IOException.class);
            assertThat(call(client(svid(next, "spiffe://shop.example/checkout", next)), server.port()))
                    .isNotEmpty();
        }
    }

    @Test
    void a_client_with_a_certificate_of_a_known_root_but_without_a_SPIFFE_ID_is_no_peer_of_the_mesh() throws Exception {
        Svid host = root.issue(now(TestCertificates.host("checkout.example"))).svid(root);
        try (Running server = Kind.JDK.start(tls)) {
            assertThatThrownBy(() -> call(client(host), server.port())).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_server_that_switches_client_certificates_off_admits_no_connection() throws Exception {
        HttpsServer careless = HttpsServer.create(local(), 0);
        careless.setHttpsConfigurator(new HttpsConfigurator(tls.context()) {
            @Override
            public void configure(HttpsParameters connection) {
                SSLParameters parameters = getSSLContext().getDefaultSSLParameters();
                parameters.setNeedClientAuth(false);
                connection.setSSLParameters(parameters);
            }
        });
        try (Running server = started(careless)) {
            assertThatThrownBy(() -> call(client(null), server.port())).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> call(client(caller), server.port())).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_server_may_start_before_the_certificate_is_there_and_no_handshake_succeeds_until_then() throws Exception {
        ScriptedIdentity later = new ScriptedIdentity(null);
        try (ServerTls early = ServerTls.of(later);
                Running server = Kind.JDK.start(early)) {
            assertThat(early.awaitReady(Duration.ZERO)).isFalse();
            assertThatThrownBy(() -> call(client(caller), server.port())).isInstanceOf(IOException.class);

            later.rotate(orders());

            assertThat(early.awaitReady(Duration.ofSeconds(5))).isTrue();
            assertThat(call(client(caller), server.port())).isNotEmpty();
        }
    }

    @Test
    void an_identity_without_a_SPIFFE_ID_admits_whom_its_authorities_signed() throws Exception {
        identity.rotate(root.issue(now(TestCertificates.host("orders.example"))).svid(root));
        Svid host = root.issue(now(TestCertificates.host("checkout.example"))).svid(root);
        Svid stranger = svid(TestCertificates.root("other"), "spiffe://shop.example/checkout");
        try (Running server = Kind.JDK.start(tls)) {
            assertThat(call(client(host), server.port())).isNotEmpty();
            assertThatThrownBy(() -> call(client(stranger), server.port())).isInstanceOf(IOException.class);
        }
    }

    @Test
    void it_is_for_servers_only() {
        assertThatThrownBy(() -> tls.context().getSocketFactory().createSocket("127.0.0.1", 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Mesh");
        assertThat(List.of(tls.engine().getNeedClientAuth(), !tls.engine().getUseClientMode()))
                .containsOnly(true);
    }

    @Test
    void a_server_without_contexts_gets_each_identity_and_what_verifies_its_clients() throws Exception {
        ScriptedIdentity source = new ScriptedIdentity(null);
        TestCertificates bank = TestCertificates.root("bank");
        Svid first = orders();
        Svid federated = first.withBundles(TrustBundles.of(root.bundle("shop.example"), bank.bundle("bank.example")));
        List<Svid> taken = new CopyOnWriteArrayList<>();
        try (ServerTls server = ServerTls.of(source)) {
            assertThatThrownBy(server::identity).hasMessageContaining("no certificate yet");
            Closeable listening = server.onChange(taken::add);
            source.rotate(first);
            source.rotate(federated);
            assertThat(server.identity()).isEqualTo(federated);
            listening.close();
            source.rotate(orders());
            assertThat(taken).containsExactly(first, federated);

            X509ExtendedTrustManager clients = server.trustManager(federated);
            clients.checkClientTrusted(caller.chain().toArray(X509Certificate[]::new), "EC");
            clients.checkClientTrusted(presented(bank, "spiffe://bank.example/teller"), "EC");
            assertThatThrownBy(
                            () -> clients.checkClientTrusted(presented(bank, "spiffe://shop.example/checkout"), "EC"))
                    .isInstanceOf(CertificateException.class)
                    .hasMessageContaining("does not lead to one of the 1 authorities of trust domain 'shop.example'");
        }
    }

    private static X509Certificate[] presented(TestCertificates by, String id) {
        return svid(by, id, by).chain().toArray(X509Certificate[]::new);
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void an_identity_that_throws_after_it_has_begun_leaves_no_thread(Thrown thrown, @TempDir Path empty) {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        assertThatThrownBy(() -> ServerTls.of(sink -> {
                    MountedIdentity.at(empty).watch(sink);
                    throw thrown.now();
                }))
                .hasToString(thrown.text());
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(
                        thread -> !before.contains(thread) && thread.getName().startsWith("mesh-server-tls")));
    }
}
