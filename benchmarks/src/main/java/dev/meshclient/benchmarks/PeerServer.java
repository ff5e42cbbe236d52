package dev.meshclient.benchmarks;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLServerSocket;
import org.jspecify.annotations.Nullable;

/**
 * A server in a process of its own, so that the client's process has the client's cost alone. It answers each request without a body
 * at once, over HTTP/1.1 or HTTP/2, with the answer of {@link InMemoryPeer}, on all addresses of the loopback network.
 */
final class PeerServer implements Closeable {
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int ACK = 1;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int END_OF_REQUEST = 0x0D0A0D0A;
    private static final byte[] STATUS_200 = {(byte) 0x88}; // RFC 7541, appendix A
    private static final byte[] BODY = InMemoryPeer.BODY.getBytes(StandardCharsets.US_ASCII);

    private final Process process;
    private final int port;

    private PeerServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** @param keys for mutual TLS, by {@link Certificates#write}; null: in the clear */
    static PeerServer start(@Nullable Path keys) throws IOException {
        Process process = Jvm.command(PeerServer.class, keys == null ? "" : keys.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String line = process.inputReader().readLine();
        if (line == null) {
            throw new IOException("the server did not start");
        }
        return new PeerServer(process, Integer.parseInt(line));
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
    }

    /** Prints its port, and serves until the process that started it closes this one's input, or ends. */
    public static void main(String[] args) throws Exception {
        try (ServerSocket socket = args[0].isEmpty() ? new ServerSocket() : mutualTls(Path.of(args[0]))) {
            socket.bind(new InetSocketAddress("0.0.0.0", 0), 1024);
            Thread accept = new Thread(() -> accept(socket));
            accept.setDaemon(true);
            accept.start();
            System.out.println(socket.getLocalPort());
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        }
    }

    private static ServerSocket mutualTls(Path keys) throws Exception {
        SSLServerSocket socket = (SSLServerSocket)
                Certificates.mutualTls(keys).getServerSocketFactory().createServerSocket();
        Files.delete(keys);
        socket.setNeedClientAuth(true);
        return socket;
    }

    private static void accept(ServerSocket socket) {
        try {
            while (true) {
                Socket peer = socket.accept();
                Thread thread = new Thread(() -> serve(peer));
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException closed) {
            return; // at the end
        }
    }

    private static void serve(Socket peer) {
        try (peer) {
            peer.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(new BufferedInputStream(peer.getInputStream()));
            OutputStream out = peer.getOutputStream();
            in.mark(2);
            boolean isHttp2 = in.readUnsignedByte() == 'P' && in.readUnsignedByte() == 'R';
            in.reset();
            if (isHttp2) {
                overHttp2(in, out);
            } else {
                overHttp1(in, out);
            }
        } catch (IOException closed) {
            return; // by the client
        }
    }

    private static void overHttp1(InputStream in, OutputStream out) throws IOException {
        while (true) {
            for (int last = 0; last != END_OF_REQUEST; ) {
                int next = in.read();
                if (next < 0) {
                    throw new EOFException();
                }
                last = last << 8 | next;
            }
            out.write(InMemoryPeer.RESPONSE);
        }
    }

    /** As much of RFC 9113 as requests without a body need; it reads none of their headers. */
    private static void overHttp2(DataInputStream in, OutputStream out) throws IOException {
        in.skipNBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length());
        out.write(frame(SETTINGS, 0, 0, new byte[0]));
        while (true) {
            int lengthAndType = in.readInt();
            int type = lengthAndType & 0xFF;
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] payload = in.readNBytes(lengthAndType >>> 8);
            if (type == HEADERS && (flags & END_STREAM) != 0) {
                byte[] headers = frame(HEADERS, END_HEADERS, stream, STATUS_200);
                byte[] data = frame(DATA, END_STREAM, stream, BODY);
                out.write(ByteBuffer.allocate(headers.length + data.length)
                        .put(headers)
                        .put(data)
                        .array());
            } else if ((type == SETTINGS || type == PING) && flags != ACK) {
                out.write(frame(type, ACK, 0, type == PING ? payload : new byte[0]));
            }
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
}
