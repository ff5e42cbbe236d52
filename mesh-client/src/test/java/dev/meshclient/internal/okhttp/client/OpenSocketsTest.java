package dev.meshclient.internal.okhttp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshclient.internal.time.StepTime;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Connection;
import okhttp3.Handshake;
import okhttp3.Protocol;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OpenSocketsTest {
    private static final long STUCK = 1_000_000_000;
    private static final long IDLE = 100_000_000;
    private static final long LONG_LOOK = 1_500_000;

    private final StepTime time = new StepTime();
    private final OpenSockets sockets = new OpenSockets(time);
    private final EndpointSocketFactory factory = new EndpointSocketFactory(new EndpointDns("127.0.0.1"), 80, sockets);

    /** Of HTTP/1.1, over this socket. */
    private record Http1(Socket socket) implements Connection {
        @Override
        public Route route() {
            throw new UnsupportedOperationException();
        }

        @Override
        public @Nullable Handshake handshake() {
            return null;
        }

        @Override
        public Protocol protocol() {
            return Protocol.HTTP_1_1;
        }
    }

    /** Only a socket that is kept remembers that a response is unread. */
    private boolean isKept(Socket shown) {
        Connection connection = new Http1(shown);
        sockets.unread(connection, true);
        return sockets.isSpent(connection, true);
    }

    @Test
    void a_socket_is_kept_until_it_is_closed_with_the_tls_socket_over_it() throws IOException {
        EndpointSocket socket = (EndpointSocket) factory.createSocket();
        sockets.opened(socket, socket);
        try (Socket tls = new Socket()) {
            socket.layered(tls);
            assertThat(isKept(socket)).isTrue();
            assertThat(isKept(tls)).isTrue();
            socket.close();
            assertThat(isKept(socket)).isFalse();
            assertThat(isKept(tls)).isFalse();
        }
    }

    @Test
    void a_socket_that_is_closed_while_it_connects_is_not_kept() throws IOException {
        EndpointSocket socket = (EndpointSocket) factory.createSocket();
        socket.close();
        sockets.opened(socket, socket);
        assertThat(isKept(socket)).isFalse();
    }

    /** Connects to a peer that reads nothing. */
    private void connect(ServerSocket peer, Act then) throws Exception {
        EndpointSocketFactory toPeer =
                new EndpointSocketFactory(new EndpointDns("127.0.0.1"), peer.getLocalPort(), sockets);
        try (EndpointSocket socket = (EndpointSocket) toPeer.createSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 80), 10_000);
            then.on(socket);
        }
    }

    private interface Act {
        void on(EndpointSocket socket) throws Exception;
    }

    private static CompletableFuture<Throwable> write(EndpointSocket socket) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                while (true) {
                    socket.getOutputStream().write(new byte[1 << 20]);
                }
            } catch (IOException e) {
                return e;
            }
        });
    }

    @Test
    void a_write_that_begins_after_the_cancellation_of_its_call_and_is_stuck_ends_with_the_connection()
            throws Exception {
        try (ServerSocket peer = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            connect(peer, socket -> {
                socket.cancelled(time, () -> true);
                CompletableFuture<Throwable> failure = write(socket);
                await().until(() -> {
                    time.step(STUCK);
                    return failure.isDone();
                });
                assertThat(failure.get()).isInstanceOf(SocketException.class);
                assertThat(socket.isClosed()).isTrue();
            });
        }
    }

    @Test
    void a_stuck_write_of_another_call_is_left_once_the_cancelled_call_has_ended() throws Exception {
        AtomicBoolean isRunning = new AtomicBoolean(true);
        try (ServerSocket peer = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            connect(peer, socket -> {
                socket.cancelled(time, isRunning::get);
                assertThat(time.armed()).isOne();
                isRunning.set(false);
                CompletableFuture<Throwable> failure = write(socket);
                time.step(10 * STUCK);
                assertThat(time.armed()).isZero();
                assertThat(socket.isClosed()).isFalse();
                assertThat(failure).isNotDone();
            });
        }
    }

    /** TLS over a socket. Its first reads time out before they look at the socket, as if their thread had lost its core. */
    private final class Shown extends Socket {
        private final EndpointSocket over;
        private final long wait;
        private int blind;

        Shown(EndpointSocket over, long wait, int blind) {
            this.over = over;
            this.wait = wait;
            this.blind = blind;
            over.layered(this);
        }

        @Override
        @SuppressWarnings("InputStreamSlowMultibyteRead") // the code under test reads one byte
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(over.getInputStream()) {
                @Override
                public int read() throws IOException {
                    time.step(wait);
                    if (blind-- > 0) {
                        throw new SocketTimeoutException("Read timed out");
                    }
                    return super.read();
                }
            };
        }

        @Override
        public synchronized int getSoTimeout() throws SocketException {
            return over.getSoTimeout();
        }

        @Override
        public synchronized void setSoTimeout(int millis) throws SocketException {
            over.setSoTimeout(millis);
        }
    }

    private boolean isSpent(Socket shown) {
        time.step(IDLE);
        return sockets.isSpent(new Http1(shown), false);
    }

    @Test
    void unasked_bytes_are_seen_by_a_thread_that_loses_its_core() throws Exception {
        try (ServerSocket peer = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            connect(peer, socket -> {
                peer.accept().getOutputStream().write("HTTP/1.1 408".getBytes(StandardCharsets.US_ASCII));
                await().until(() -> socket.getInputStream().available() > 0);
                assertThat(isSpent(new Shown(socket, 1, 1))).isTrue();
                assertThat(isSpent(new Shown(socket, 1, Integer.MAX_VALUE))).isTrue();
            });
        }
    }

    @Test
    void an_end_is_seen_by_a_thread_that_loses_its_core() throws Exception {
        try (ServerSocket peer = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            connect(peer, socket -> {
                peer.accept().close();
                assertThat(isSpent(new Shown(socket, LONG_LOOK, 2))).isTrue();
            });
        }
    }

    @Test
    void a_silent_connection_is_looked_at_once_or_a_few_times_by_a_slow_thread() throws Exception {
        try (ServerSocket peer = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            connect(peer, socket -> {
                try (Socket accepted = peer.accept()) {
                    Shown quick = new Shown(socket, 1, Integer.MAX_VALUE);
                    assertThat(isSpent(quick)).isFalse();
                    assertThat(quick.blind).isEqualTo(Integer.MAX_VALUE - 1);
                    Shown slow = new Shown(socket, LONG_LOOK, Integer.MAX_VALUE);
                    socket.setSoTimeout(7);
                    assertThat(isSpent(slow)).isFalse();
                    assertThat(socket.getSoTimeout()).isEqualTo(7);
                    assertThat(slow.blind).isEqualTo(Integer.MAX_VALUE - 4);
                    assertThat(accepted.getInputStream().available()).isZero(); // a look sends nothing
                }
            });
        }
    }
}
