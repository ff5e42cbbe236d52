package dev.meshclient.internal.tls;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a peer that remembers the TLS error that ended it. With TLS 1.3 a peer checks the client's certificate after
 * the client considers the handshake complete; with HTTP/2 a thread of OkHttp reads the alert, and the call learns only that
 * the connection is closed.
 */
public final class PeerSocket extends ForwardingSslSocket {
    private static final int LAST_WORDS_MILLIS = 100;
    private static final int MAX_LOOKS = 1_000_000; // a few ms: the reading thread may have lost its core just then

    private volatile @Nullable SSLException end;
    private volatile boolean reading;

    PeerSocket(SSLSocket socket) {
        super(socket);
    }

    /** The TLS error that a reader got; null: none. */
    public @Nullable SSLException end() {
        return end;
    }

    /**
     * As {@link #end}, for a connection that cannot be written to any more: another thread may be about to read the alert.
     * Waits for that thread, not for the peer, which has closed the connection.
     */
    public @Nullable SSLException endOfBroken() {
        for (int i = 0; i < MAX_LOOKS && end == null; i++) {
            boolean otherReads = reading;
            try {
                socket.setSoTimeout(LAST_WORDS_MILLIS);
                if (socket.getInputStream().read() >= 0) {
                    break;
                }
            } catch (SSLException e) {
                return e;
            } catch (IOException closed) {
                // closed by the alert that another thread has read
            }
            if (!otherReads) {
                break;
            }
        }
        return end;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(socket.getInputStream()) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                reading = true;
                try {
                    return super.read(bytes, offset, length);
                } catch (SSLException e) {
                    end = e;
                    throw e;
                } finally {
                    reading = false;
                }
            }
        };
    }
}
