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

    private volatile @Nullable SSLException end;

    PeerSocket(SSLSocket socket) {
        super(socket);
    }

    /** What TLS said to a reader; null: nothing. */
    public @Nullable SSLException end() {
        return end;
    }

    /** As {@link #end}, of a connection that could not be written to: whoever reads may be just about to learn why. */
    public @Nullable SSLException endOfBroken() {
        if (end == null) {
            try {
                socket.setSoTimeout(LAST_WORDS_MILLIS);
                InputStream in = getInputStream();
                int left = in.read();
                return left < 0 ? end : null;
            } catch (IOException e) {
                return e instanceof SSLException ssl ? ssl : end;
            }
        }
        return end;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(socket.getInputStream()) {
            @Override
            public int read() throws IOException {
                try {
                    return super.read();
                } catch (SSLException e) {
                    end = e;
                    throw e;
                }
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                try {
                    return super.read(bytes, offset, length);
                } catch (SSLException e) {
                    end = e;
                    throw e;
                }
            }
        };
    }
}
