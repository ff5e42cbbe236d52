package dev.meshclient.benchmarks;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A server in a JVM of its own that all of 127.0.0.0/8 reaches: HTTP/1.1 and HTTP/2 on each of two ports, in the clear and over TLS.
 * It answers each request with 200 and {@code ok}, after a pause.
 */
final class LoopbackServer implements Closeable {
    static final String PASSWORD = "benchmark";

    private static final byte[] OVER_1 =
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII);
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int BACKLOG = 16_384;

    private final long pauseMillis;
    private final ScheduledExecutorService later = Executors.newScheduledThreadPool(1);

    private LoopbackServer(long pauseMillis) {
        this.pauseMillis = pauseMillis;
    }

    /** The port in the clear, that over TLS, and what ends it. */
    record Running(Process process, int port, int tlsPort, Path store) implements Closeable {
        @Override
        public void close() throws IOException {
            process.destroy();
            Files.delete(store);
        }
    }

    /** Starts it in a JVM of its own, with a new certificate. */
    static Running start(long pauseMillis) throws IOException, InterruptedException {
        Path store = Files.createTempDirectory("benchmark").resolve("server.p12");
        store.toFile().deleteOnExit();
        Path java = Path.of(System.getProperty("java.home"), "bin");
        Process keys = new ProcessBuilder(
                        java.resolve("keytool").toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=benchmark",
                        "-ext",
                        "SAN=DNS:orders,DNS:*.mesh.test",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .inheritIO()
                .start();
        if (keys.waitFor() != 0) {
            throw new IOException("keytool made no certificate");
        }
        Process server = new ProcessBuilder(
                        java.resolve("java").toString(),
                        "-Xmx1g",
                        "-XX:+UseSerialGC",
                        "-Djava.net.preferIPv4Stack=true",
                        "-Djdk.virtualThreadScheduler.maxPoolSize=2",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LoopbackServer.class.getName(),
                        store.toString(),
                        String.valueOf(pauseMillis))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader ports = server.inputReader();
        return new Running(server, Integer.parseInt(ports.readLine()), Integer.parseInt(ports.readLine()), store);
    }

    /** TLS with the certificate of this store, both as one's own and as the only one that is trusted. */
    static SSLContext tls(Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = keys(store);
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust(store).getTrustManagers(), null);
        return context;
    }

    static TrustManagerFactory trust(Path store) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", keys(store).getCertificate("server"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return trust;
    }

    private static KeyStore keys(Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    /** Prints its two ports, and serves until its process is ended, or the process that started it has ended. */
    public static void main(String[] args) throws Exception {
        try (LoopbackServer server = new LoopbackServer(Long.parseLong(args[1]));
                ServerSocket clear = new ServerSocket();
                SSLServerSocket tls = (SSLServerSocket)
                        tls(Path.of(args[0])).getServerSocketFactory().createServerSocket()) {
            for (ServerSocket socket : List.of(clear, tls)) {
                socket.bind(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), 0), BACKLOG);
                server.start("accept", () -> server.accept(socket));
            }
            System.out.println(clear.getLocalPort());
            System.out.println(tls.getLocalPort());
            ProcessHandle.current().parent().orElseThrow().onExit().join();
        }
        System.exit(0);
    }

    /** A virtual thread where there are any. */
    private void start(String name, Runnable task) {
        try {
            Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
        } catch (ReflectiveOperationException older) {
            new Thread(null, task, name, 1 << 17).start();
        }
    }

    private void accept(ServerSocket socket) {
        try {
            while (true) {
                Socket peer = socket.accept();
                start("peer", () -> serve(peer));
            }
        } catch (IOException closed) {
            later.shutdownNow();
        }
    }

    private void serve(Socket peer) {
        try (peer) {
            peer.setTcpNoDelay(true);
            if (peer instanceof SSLSocket tls) {
                tls.setHandshakeApplicationProtocolSelector(
                        (socket, offered) -> offered.contains("h2") ? "h2" : "http/1.1");
            }
            DataInputStream in = new DataInputStream(new BufferedInputStream(peer.getInputStream()));
            in.mark(3);
            boolean isHttp2 = in.readUnsignedByte() == 'P' && in.readUnsignedByte() == 'R';
            in.reset();
            if (isHttp2) {
                serveHttp2(in, peer.getOutputStream());
            } else {
                serveHttp1(in, peer.getOutputStream());
            }
        } catch (IOException | InterruptedException ended) {
            // By the client.
        }
    }

    private void serveHttp1(InputStream in, OutputStream out) throws IOException, InterruptedException {
        while (true) {
            for (int end = 0; end != 0x0d0a0d0a; ) {
                int next = in.read();
                if (next < 0) {
                    throw new EOFException();
                }
                end = end << 8 | next;
            }
            Thread.sleep(pauseMillis);
            out.write(OVER_1);
        }
    }

    /** RFC 9113, as much as requests without bodies need; nothing of their headers is looked at. */
    private void serveHttp2(DataInputStream in, OutputStream out) throws IOException {
        in.skipNBytes(24); // the preface
        write(out, frame(SETTINGS, 0, 0, new byte[0]));
        while (true) {
            int lengthAndType = in.readInt();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] payload = in.readNBytes(lengthAndType >>> 8);
            int type = lengthAndType & 0xff;
            if (type == HEADERS && (flags & END_STREAM) != 0) {
                answer(out, stream);
            } else if (type == SETTINGS && flags != ACK) {
                write(out, frame(SETTINGS, ACK, 0, new byte[0]));
            } else if (type == PING && flags != ACK) {
                write(out, frame(PING, ACK, 0, payload));
            }
        }
    }

    private void answer(OutputStream out, int stream) throws IOException {
        byte[] headers = frame(HEADERS, END_HEADERS, stream, new byte[] {(byte) 0x88}); // RFC 7541: ":status: 200"
        byte[] data = frame(DATA, END_STREAM, stream, "ok".getBytes(StandardCharsets.US_ASCII));
        byte[] both = ByteBuffer.allocate(headers.length + data.length)
                .put(headers)
                .put(data)
                .array();
        if (pauseMillis == 0) {
            write(out, both);
            return;
        }
        Future<?> unused = later.schedule(
                () -> {
                    write(out, both);
                    return true;
                },
                pauseMillis,
                TimeUnit.MILLISECONDS);
    }

    private static void write(OutputStream out, byte[] bytes) throws IOException {
        synchronized (out) {
            out.write(bytes);
        }
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    @Override
    public void close() {
        later.shutdownNow();
    }
}
