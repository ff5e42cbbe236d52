package dev.meshclient.internal.tls;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a peer that remembers how TLS ended it. With TLS 1.3 a peer looks at our certificate only after we think that
 * the handshake is done; with HTTP/2 a thread of OkHttp's own reads its alert, and the call learns only that the connection is
 * gone.
 */
public final class PeerSocket extends ForwardingSslSocket {
    private static final int LAST_WORDS_MILLIS = 100;
    private static final int MAX_LOOKS = 1_000_000; // a few ms: the reader may have lost its core just then

    private volatile @Nullable SSLException end;
    private volatile boolean reading;

    PeerSocket(SSLSocket socket) {
        super(socket);
    }

    /** What TLS said to a reader; null: nothing. */
    public @Nullable SSLException end() {
        return end;
    }

    /**
     * As {@link #end}, of a connection that can no longer be written to: whoever reads may be just about to learn why. Reading
     * waits for him, and does not wait for the peer, who is gone.
     */
    public @Nullable SSLException endOfBroken() {
        for (int i = 0; i < MAX_LOOKS && end == null; i++) {
            boolean somebodyReads = reading;
            try {
                socket.setSoTimeout(LAST_WORDS_MILLIS);
                if (socket.getInputStream().read() >= 0) {
                    break;
                }
            } catch (SSLException e) {
                return e;
            } catch (IOException closed) {
                // by the alert that somebody else has read
            }
            if (!somebodyReads) {
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
