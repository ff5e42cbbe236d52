package dev.meshclient.soak;

import dev.meshclient.internal.time.RealTime;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** An endpoint on a port of its own that answers well, or in one of many ways does not. */
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
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong served = new AtomicLong();
    private final AtomicInteger busy = new AtomicInteger();
    private volatile Mode mode = Mode.GOOD;
    private @Nullable ServerSocket server;

    /** @param from ports below those of clients, which could else take the port while this instance is dead */
    Instance(RealTime time, Processed processed, int from) throws IOException {
        this.time = time;
        this.processed = processed;
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
        ServerSocket bound = new ServerSocket();
        bound.setReuseAddress(true);
        try {
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 256);
        } catch (IOException e) {
            bound.close();
            throw e;
        }
        server = bound;
        time.start("soak-accept", () -> accept(bound));
    }

    int port() {
        return port;
    }

    long served() {
        return served.get();
    }

    int busy() {
        return busy.get();
    }

    synchronized void become(Mode next) throws IOException {
        ServerSocket bound = server;
        if (next == Mode.DEAD && bound != null) {
            mode = next;
            server = null;
            bound.close();
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
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String head = head(in); mode != Mode.DEAD; head = head(in)) {
                in.readNBytes(Integer.parseInt(field(head, "content-length", "0")));
                String id = field(head, "x-id", "");
                if (head.startsWith("POST")) {
                    processed.add(Integer.parseInt(id));
                }
                served.incrementAndGet();
                busy.incrementAndGet();
                try {
                    answer(socket, id);
                } finally {
                    busy.decrementAndGet();
                }
            }
        } catch (IOException gone) {
            // By either side: the callers account for it.
        } finally {
            open.remove(socket);
        }
    }

    private void answer(Socket socket, String id) throws IOException {
        String body = "answer to " + id;
        String headers = "Content-Length: " + body.length() + "\r\n\r\n";
        switch (mode) {
            case GOOD -> write(socket, "HTTP/1.1 200 OK\r\n" + headers + body);
            case UNAVAILABLE -> write(socket, "HTTP/1.1 503 Service Unavailable\r\n" + headers + body);
            case SLOW_BODY -> {
                write(socket, "HTTP/1.1 200 OK\r\n" + headers);
                for (int i = 0; i < body.length(); i++) {
                    pause(2 * MS);
                    write(socket, body.substring(i, i + 1));
                }
            }
            case CUTS_BODY -> {
                write(socket, "HTTP/1.1 200 OK\r\n" + headers + body.substring(3));
                throw new EOFException("cut");
            }
            case SILENT -> {
                for (int i = 0; i < 100 && mode == Mode.SILENT; i++) {
                    pause(50 * MS);
                }
                throw new EOFException("never answered");
            }
            case RESETS, DEAD -> reset(socket);
        }
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

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
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
