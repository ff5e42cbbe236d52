package dev.meshclient.traps;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** A server that does with its connections what its script says, also what no decent server would do. */
final class RawServer implements Closeable {
    /** What happens on one connection; it is closed when the script ends or throws. */
    interface Script {
        void serve(Peer peer) throws IOException;
    }

    private final ServerSocket server;
    private final Script script;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);

    private RawServer(ServerSocket server, Script script) {
        this.server = server;
        this.script = script;
    }

    static RawServer of(Script script) throws IOException {
        RawServer server = new RawServer(new ServerSocket(0, 128, InetAddress.getLoopbackAddress()), script);
        daemon(server::accept);
        return server;
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "raw server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (true) {
            Socket socket;
            try {
                socket = server.accept();
                socket.setTcpNoDelay(true); // what is written later must not wait for acknowledgements
            } catch (IOException end) {
                return;
            }
            connections.incrementAndGet();
            open.add(socket);
            daemon(() -> serve(socket));
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            script.serve(new Peer(socket, new BufferedInputStream(socket.getInputStream())));
        } catch (IOException gone) {
            // The client's end of it is what the test looks at.
        } finally {
            open.remove(socket);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    /** How many connections came about so far. */
    int connections() {
        return connections.get();
    }

    int openConnections() {
        return open.size();
    }

    /** How many requests began to arrive. */
    int requests() {
        return requests.get();
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    /** The client, from where the server stands. */
    final class Peer {
        private final Socket socket;
        private final InputStream in;

        private Peer(Socket socket, InputStream in) {
            this.socket = socket;
            this.in = in;
        }

        /** Reads a request with its body. */
        String request() throws IOException {
            String head = head();
            int length = length(head);
            return head + new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
        }

        /** Reads a request up to its body. */
        String head() throws IOException {
            StringBuilder text = new StringBuilder();
            while (text.length() < 4 || text.indexOf("\r\n\r\n", text.length() - 4) < 0) {
                int c = in.read();
                if (c < 0) {
                    throw new EOFException();
                }
                text.append((char) c);
            }
            requests.incrementAndGet();
            return text.toString();
        }

        private static int length(String head) {
            for (String line : head.lines().toList()) {
                if (line.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                    return Integer.parseInt(line.substring(15).trim());
                }
            }
            return 0;
        }

        byte[] read(int bytes) throws IOException {
            byte[] read = in.readNBytes(bytes);
            if (read.length < bytes) {
                throw new EOFException();
            }
            return read;
        }

        void write(String text) throws IOException {
            write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        void write(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        }

        void ok() throws IOException {
            write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }

        /** FIN, and the socket stays open until the client has read it: what is unread would make it a RST. */
        void finish() throws IOException {
            end();
            drain();
        }

        /** FIN; without a close_notify over TLS. */
        void end() throws IOException {
            socket.shutdownOutput();
        }

        void drain() throws IOException {
            in.transferTo(OutputStream.nullOutputStream());
        }

        /** The client behind TLS. */
        Peer tls(SSLSocketFactory factory, String... protocols) throws IOException {
            SSLSocket tls = (SSLSocket) factory.createSocket(socket, "client", socket.getPort(), false);
            tls.setUseClientMode(false);
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setApplicationProtocols(protocols);
            tls.setSSLParameters(parameters);
            tls.startHandshake();
            return new Peer(tls, tls.getInputStream());
        }

        /** A second handshake is a KeyUpdate of TLS 1.3. */
        void updateKeys() throws IOException {
            ((SSLSocket) socket).startHandshake();
        }

        /** RST instead of FIN. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Shakes hands and wants to see a certificate; the socket stays open when that fails. */
        void requireCertificate(SSLSocketFactory factory) throws IOException {
            SSLSocket tls = (SSLSocket) factory.createSocket(socket, "client", socket.getPort(), false);
            tls.setUseClientMode(false);
            tls.setNeedClientAuth(true);
            tls.startHandshake();
        }

        /** Counts a request that was read as bytes. */
        void count() {
            requests.incrementAndGet();
        }

        /** Says nothing until the server is closed. */
        void silence() {
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
