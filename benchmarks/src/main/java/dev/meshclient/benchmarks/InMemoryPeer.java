package dev.meshclient.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketImpl;
import java.nio.charset.StandardCharsets;

/**
 * A peer without a network: every socket of this process answers each request with the same response, at once, on the thread
 * that asks. What is left is the client's own work.
 */
final class InMemoryPeer extends SocketImpl {
    static final String BODY = "x".repeat(128);
    /** Over HTTP/1.1. */
    static final byte[] RESPONSE = ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + BODY.length()
                    + "\r\n\r\n" + BODY)
            .getBytes(StandardCharsets.US_ASCII);

    private int owed;
    private int position;

    /** From now on, all client sockets of this process. */
    @SuppressWarnings("deprecation") // the one way to reach sockets that other code makes
    static void install() throws IOException {
        Socket.setSocketImplFactory(InMemoryPeer::new);
    }

    private final InputStream in = new InputStream() {
        @Override
        public int read() throws IOException {
            throw new IOException("OkHttp reads arrays");
        }

        @Override
        public int read(byte[] to, int offset, int length) {
            if (owed == 0) {
                return -1;
            }
            int n = Math.min(length, RESPONSE.length - position);
            System.arraycopy(RESPONSE, position, to, offset, n);
            position += n;
            if (position == RESPONSE.length) {
                position = 0;
                owed--;
            }
            return n;
        }
    };

    private final OutputStream out = new OutputStream() {
        @Override
        public void write(int b) throws IOException {
            throw new IOException("OkHttp writes arrays");
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            int end = offset + length;
            if (length >= 4 && from[end - 1] == '\n' && from[end - 3] == '\n') { // the end of a request's headers
                owed++;
            }
        }
    };

    @Override
    protected InputStream getInputStream() {
        return in;
    }

    @Override
    protected OutputStream getOutputStream() {
        return out;
    }

    @Override
    protected void create(boolean stream) {}

    @Override
    protected void connect(String host, int port) {}

    @Override
    protected void connect(InetAddress address, int port) {}

    @Override
    protected void connect(SocketAddress address, int timeout) {}

    @Override
    protected void bind(InetAddress host, int port) {}

    @Override
    protected void listen(int backlog) {}

    @Override
    protected void accept(SocketImpl s) throws IOException {
        throw new IOException("a client only");
    }

    @Override
    protected int available() {
        return owed == 0 ? 0 : RESPONSE.length - position;
    }

    @Override
    protected void close() {}

    @Override
    protected void sendUrgentData(int data) {}

    @Override
    public void setOption(int option, Object value) {}

    @Override
    public Object getOption(int option) {
        return 0;
    }
}
