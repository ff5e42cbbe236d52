package dev.meshclient.soak;

import dev.meshclient.internal.time.RealTime;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.BitSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint on two ports of its own, the second with TLS, that answers well, or in one of many ways does not: HTTP/1.1 and HTTP/2, with
 * TLS one of them.
 */
final class Instance implements Closeable {
    private static final long MS = 1_000_000;

    enum Mode {
        GOOD,
        SLOW_BODY,
        UNAVAILABLE,
        RESETS,
        CUTS_BODY,
        SILENT,
        DEAD
    }

    /** Which requests that must not be done twice were read to their ends, by any instance. */
    static final class Processed {
        private final BitSet ids = new BitSet(1 << 22);
        private int twice;

        private synchronized void add(int id) {
            twice += ids.get(id) ? 1 : 0;
            ids.set(id);
        }

        synchronized int twice() {
            return twice;
        }

        synchronized int count() {
            return ids.cardinality();
        }
    }

    private final RealTime time;
    private final Processed processed;
    private final int port;
    private final SSLServerSocketFactory tls;
    private final String tlsProtocol;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong served = new AtomicLong();
    private final AtomicInteger busy = new AtomicInteger();
    private volatile Mode mode = Mode.GOOD;
    private @Nullable ServerSocket server;
    private @Nullable ServerSocket tlsServer;

    /**
     * @param from ports below those of clients, which could else take the port while this instance is dead
     * @param tlsProtocol what it chooses by ALPN
     */
    Instance(RealTime time, Processed processed, int from, SSLServerSocketFactory tls, String tlsProtocol)
            throws IOException {
        this.time = time;
        this.processed = processed;
        this.tls = tls;
        this.tlsProtocol = tlsProtocol;
        int candidate = from;
        while (server == null) {
            try {
                bind(candidate);
            } catch (BindException taken) {
                candidate++;
            }
        }
        port = candidate;
    }

    private void bind(int at) throws IOException {
        ServerSocket bound = bound(new ServerSocket(), at);
        try {
            tlsServer = bound(tls.createServerSocket(), at + 1);
        } catch (IOException e) {
            bound.close();
            throw e;
        }
        server = bound;
        ServerSocket boundTls = tlsServer;
        time.start("soak-accept", () -> accept(bound));
        time.start("soak-accept", () -> accept(boundTls));
    }

    private static ServerSocket bound(ServerSocket socket, int at) throws IOException {
        socket.setReuseAddress(true);
        try {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 256);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    int port() {
        return port;
    }

    int tlsPort() {
        return port + 1;
    }

    long served() {
        return served.get();
    }

    int busy() {
        return busy.get();
    }

    synchronized void become(Mode next) throws IOException {
        ServerSocket bound = server;
        ServerSocket boundTls = tlsServer;
        if (next == Mode.DEAD && bound != null && boundTls != null) {
            mode = next;
            server = null;
            bound.close();
            boundTls.close();
            for (Socket socket : open) {
                reset(socket);
            }
        } else if (next != Mode.DEAD && bound == null) {
            mode = next;
            bind(port);
        } else {
            mode = next;
        }
    }

    private void accept(ServerSocket bound) {
        while (true) {
            try {
                Socket socket = bound.accept();
                open.add(socket);
                time.start("soak-peer", () -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            if (socket instanceof SSLSocket secure) {
                secure.setHandshakeApplicationProtocolSelector((of, offered) -> tlsProtocol);
            }
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            in.mark(3);
            boolean isHttp2 = in.readUnsignedByte() == 'P' && in.readUnsignedByte() == 'R';
            in.reset();
            if (isHttp2) {
                serveHttp2(socket, in);
            } else {
                serveHttp1(socket, in);
            }
        } catch (IOException gone) {
            // By either side: the callers account for it.
        } finally {
            open.remove(socket);
        }
    }

    private void serveHttp1(Socket socket, InputStream in) throws IOException {
        for (String head = head(in); mode != Mode.DEAD; head = head(in)) {
            in.readNBytes(Integer.parseInt(field(head, "content-length", "0")));
            serve(
                    socket,
                    head.substring(0, head.indexOf(' ')),
                    field(head, "x-id", ""),
                    new Http1Reply(socket.getOutputStream()));
        }
    }

    /** Each request on a thread of its own: they are answered in any order. */
    private void serveHttp2(Socket socket, DataInputStream in) throws IOException {
        new Http2Requests(in, socket.getOutputStream())
                .read((method, id, reply) -> time.start("soak-stream", () -> {
                    try {
                        if (mode != Mode.DEAD) {
                            serve(socket, method, id, reply);
                        }
                    } catch (IOException gone) {
                        // As above.
                    }
                }));
    }

    private void serve(Socket socket, String method, String id, Reply reply) throws IOException {
        if (method.equals("POST")) {
            processed.add(Integer.parseInt(id));
        }
        served.incrementAndGet();
        busy.incrementAndGet();
        try {
            answer(socket, id, reply);
        } finally {
            busy.decrementAndGet();
        }
    }

    private void answer(Socket socket, String id, Reply reply) throws IOException {
        String body = "answer to " + id;
        switch (mode) {
            case GOOD -> answer(reply, 200, body);
            case UNAVAILABLE -> answer(reply, 503, body);
            case SLOW_BODY -> {
                reply.head(200, body.length());
                for (int i = 0; i < body.length(); i++) {
                    pause(2 * MS);
                    reply.body(body.substring(i, i + 1), i == body.length() - 1);
                }
            }
            case CUTS_BODY -> {
                reply.head(200, body.length());
                reply.body(body.substring(3), false);
                reply.cut();
            }
            case SILENT -> {
                for (int i = 0; i < 100 && mode == Mode.SILENT; i++) {
                    pause(50 * MS);
                }
                reply.cut();
            }
            case RESETS, DEAD -> reset(socket);
        }
    }

    private static void answer(Reply reply, int status, String body) throws IOException {
        reply.head(status, body.length());
        reply.body(body, true);
    }

    private void pause(long nanos) throws IOException {
        long until = time.now() + nanos;
        while (time.now() < until) {
            time.signal("pause").await(until);
        }
    }

    private static void reset(Socket socket) throws IOException {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException closed) {
            return;
        }
        socket.close();
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.length() < 4 || text.indexOf("\r\n\r\n", text.length() - 4) < 0) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException();
            }
            text.append((char) c);
        }
        return text.toString();
    }

    private static String field(String head, String name, String absent) {
        for (String line : head.lines().toList()) {
            if (line.regionMatches(true, 0, name + ":", 0, name.length() + 1)) {
                return line.substring(name.length() + 1).trim();
            }
        }
        return absent;
    }

    @Override
    public void close() throws IOException {
        become(Mode.DEAD);
    }
}
