package dev.meshclient.internal.okhttp.client;

import dev.meshclient.internal.time.Time;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One connection to an endpoint, perhaps with a known time of its end. */
final class EndpointSocket extends Socket {
    /**
     * The look for the end of a connection waits for a millisecond. Connections that are used more often do without it; servers
     * that close idle connections wait for a second or longer.
     */
    private static final long IDLE_NANOS = 100_000_000;

    /** A look that takes as long may have missed an end; 99 of 100 that looked take less than 1.25 milliseconds. */
    private static final long LONG_LOOK_NANOS = 1_500_000;

    /** A call does not wait for ever where timers are coarse, so that each look takes long. */
    private static final int MAX_LOOKS = 4;

    /** The peer reads nothing any more if a write of a few kilobytes takes this long. */
    private static final long STUCK_NANOS = 1_000_000_000;

    private final EndpointSocketFactory factory;
    private final OpenSockets sockets;
    private volatile boolean unread;
    private volatile @Nullable InputStream in;
    private volatile @Nullable Socket layered;
    private volatile Time.@Nullable Timer end;
    private volatile boolean refusable;
    private volatile long heardAt;
    private volatile long writingSince; // 0: no write is running

    EndpointSocket(EndpointSocketFactory factory, OpenSockets sockets) {
        this.factory = factory;
        this.sockets = sockets;
    }

    @Override
    public void connect(SocketAddress logical, int timeout) throws IOException {
        if (!(logical instanceof InetSocketAddress address) || address.isUnresolved()) {
            throw new UnknownHostException("not an address of an endpoint: " + logical);
        }
        setTcpNoDelay(true);
        super.connect(factory.addressFor(address), timeout);
        sockets.opened(this, this);
    }

    /** Sets the TLS socket over this one. */
    void layered(Socket tls) {
        layered = tls;
        sockets.opened(tls, this);
    }

    /** The peer checks the certificate of this process during the first write, and may refuse it then. */
    void mayBeRefused() {
        refusable = true;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        OutputStream out = new TimedOutput(super.getOutputStream());
        return refusable ? new AlertTolerantOutput(out) : out;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        InputStream known = in;
        if (known == null) {
            known = new TimedInput(super.getInputStream());
            in = known;
        }
        return known;
    }

    /** Records since when a write is running. */
    private final class TimedOutput extends FilterOutputStream {
        TimedOutput(OutputStream of) {
            super(of);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            writingSince = Math.max(1, sockets.now());
            try {
                out.write(bytes, offset, length);
            } finally {
                writingSince = 0;
            }
        }
    }

    /**
     * A call over this connection was cancelled. Over HTTP/2 that does not end its write, nor its wait for that of another call: a
     * stuck one is ended with the connection. Its next write may begin after the cancellation, so this looks until it has ended.
     */
    void cancelled(Time time, BooleanSupplier isRunning) {
        if (isClosed() || !isRunning.getAsBoolean()) {
            return;
        }
        long write = writingSince;
        long now = time.now();
        if (write != 0 && now - write >= STUCK_NANOS) {
            closeNow();
        } else {
            time.at((write == 0 ? now : write) + STUCK_NANOS, "write", () -> cancelled(time, isRunning));
        }
    }

    private void closeNow() {
        try {
            close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Records when the peer sent something. */
    private final class TimedInput extends FilterInputStream {
        TimedInput(InputStream of) {
            super(of);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            heardAt = sockets.now();
            return read;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = super.read(bytes, offset, length);
            heardAt = sockets.now();
            return read;
        }
    }

    /** Whether the peer has sent anything since then, also for TLS or HTTP/2 itself. */
    boolean hasReceivedSince(long time) {
        return heardAt >= time;
    }

    void unread(boolean now) {
        unread = now;
    }

    /** Whether a request was sent whose response was not read to its end. */
    boolean isUnread() {
        return unread;
    }

    /**
     * Whether the peer has closed this connection, between two exchanges of HTTP/1.1, or has sent bytes that no request asked
     * for. The socket layer can show bytes at once, but an end only by a read that waits.
     *
     * @param shown the socket that OkHttp uses: this one, or TLS over it
     * @param alsoClosed whether to look for an end too
     */
    boolean isSpent(Socket shown, boolean alsoClosed) {
        try {
            boolean received = hasBytes();
            if (received && shown == this) {
                return true;
            }
            boolean idle = alsoClosed && sockets.now() - heardAt >= IDLE_NANOS;
            return (received || idle) && hasInput(shown);
        } catch (IOException broken) {
            return true;
        }
    }

    /**
     * Waits for a millisecond, the shortest wait there is. TLS handles its own messages, such as a new ticket, in that time. On newer
     * JDKs (JDK-8358496, seen on 25.0.3) a thread that loses its core as it begins to read gets the timeout without a look at the
     * socket. So it looks again where bytes are still there, and where the look took long, as the end of a connection shows no bytes.
     */
    private boolean hasInput(Socket shown) throws IOException {
        int before = shown.getSoTimeout();
        shown.setSoTimeout(1);
        try {
            for (int looks = 0; looks < MAX_LOOKS; looks++) {
                long begun = sockets.now();
                try {
                    int ignored = shown.getInputStream().read();
                    return true;
                } catch (SocketTimeoutException silent) {
                    if (!hasBytes() && sockets.now() - begun < LONG_LOOK_NANOS) {
                        return false;
                    }
                }
            }
            return hasBytes();
        } finally {
            shown.setSoTimeout(before);
        }
    }

    private boolean hasBytes() throws IOException {
        return getInputStream().available() > 0;
    }

    /** Closes it at this time, even if it is busy. */
    void closeAt(Time time, long at, String name, Runnable onClose) {
        end = time.at(at, name, () -> {
            if (!isClosed()) {
                onClose.run();
                closeNow();
            }
        });
        if (isClosed()) {
            disarm();
        }
    }

    private void disarm() {
        Time.Timer armed = end;
        if (armed != null) {
            armed.cancel();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        disarm();
        sockets.closed(this);
        Socket tls = layered;
        if (tls != null) {
            sockets.closed(tls);
        }
        super.close();
    }
}
