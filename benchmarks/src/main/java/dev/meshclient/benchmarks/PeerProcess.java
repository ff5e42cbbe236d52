package dev.meshclient.benchmarks;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** The process of a {@link PeerServer}. */
final class PeerProcess {
    static final String RELEASE = "release";
    static final String HOLDING = "holding";

    private static final long LONGEST_MILLIS = 60_000;
    private static final int BACKLOG = 16_384;
    private static final int STACK_BYTES = 1 << 17; // there may be a thread for each of 10,000 connections
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

    private final Answers answers;
    private final boolean mutual;

    private PeerProcess(long pauseMillis, boolean mutual) {
        this.answers = new Answers(pauseMillis);
        this.mutual = mutual;
    }

    /**
     * Prints its port, and that of TLS if there is one; serves and obeys until the process that started it closes this one's input, or ends.
     *
     * @param args the pause in milliseconds, the file with keys or nothing, and whether clients must have a certificate
     */
    public static void main(String[] args) throws Exception {
        PeerProcess process = new PeerProcess(Long.parseLong(args[0]), Boolean.parseBoolean(args[2]));
        int port = process.serve(new ServerSocket());
        int tlsPort = args[1].isEmpty() ? 0 : process.serve(process.tls(Path.of(args[1])));
        System.out.println(port);
        System.out.println(tlsPort);
        process.obey(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII)));
    }

    private ServerSocket tls(Path keys) throws Exception {
        SSLServerSocket socket = (SSLServerSocket)
                Certificates.mutualTls(keys).getServerSocketFactory().createServerSocket();
        socket.setNeedClientAuth(mutual);
        return socket;
    }

    /** A number: so many requests wait for each other, and for {@link #RELEASE}. */
    private void obey(BufferedReader orders) throws IOException, InterruptedException {
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            if (order.equals(RELEASE)) {
                answers.release();
            } else {
                answers.hold(Integer.parseInt(order));
                System.out.println(HOLDING);
                System.out.println(answers.await(LONGEST_MILLIS));
            }
        }
    }

    private int serve(ServerSocket socket) throws IOException {
        socket.bind(new InetSocketAddress("0.0.0.0", 0), BACKLOG);
        start(() -> accept(socket));
        return socket.getLocalPort();
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(null, task, "peer", STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept(ServerSocket socket) {
        try {
            while (true) {
                Socket peer = socket.accept();
                start(() -> serve(peer));
            }
        } catch (IOException e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private void serve(Socket peer) {
        try (peer) {
            peer.setTcpNoDelay(true);
            if (peer instanceof SSLSocket tls && !mutual) {
                tls.setHandshakeApplicationProtocolSelector(
                        (socket, offered) -> offered.contains("h2") ? "h2" : "http/1.1");
            }
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

    private void overHttp1(InputStream in, OutputStream out) throws IOException {
        while (true) {
            for (int last = 0; last != END_OF_REQUEST; ) {
                int next = in.read();
                if (next < 0) {
                    throw new EOFException();
                }
                last = last << 8 | next;
            }
            answers.send(out, InMemoryPeer.RESPONSE);
        }
    }

    /** As much of RFC 9113 as requests without a body need; it reads none of their headers. */
    private void overHttp2(DataInputStream in, OutputStream out) throws IOException {
        in.skipNBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length());
        Answers.write(out, frame(SETTINGS, 0, 0, new byte[0]));
        while (true) {
            int lengthAndType = in.readInt();
            int type = lengthAndType & 0xFF;
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] payload = in.readNBytes(lengthAndType >>> 8);
            if (type == HEADERS && (flags & END_STREAM) != 0) {
                byte[] headers = frame(HEADERS, END_HEADERS, stream, STATUS_200);
                byte[] data = frame(DATA, END_STREAM, stream, BODY);
                answers.send(
                        out,
                        ByteBuffer.allocate(headers.length + data.length)
                                .put(headers)
                                .put(data)
                                .array());
            } else if ((type == SETTINGS || type == PING) && flags != ACK) {
                Answers.write(out, frame(type, ACK, 0, type == PING ? payload : new byte[0]));
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
