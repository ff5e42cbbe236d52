package dev.meshclient.internal.okhttp.client;

import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketException;

/**
 * A peer that closes the connection during a write may have sent the reason: with TLS 1.3 it checks our certificate after our
 * side considers the handshake complete, and its alert crosses our request. Writes that fail are then dropped, within bounds,
 * so that the reading thread finds the alert, or the end of the connection if there is none.
 */
final class AlertTolerantOutput extends OutputStream {
    private static final int MAX_DROPPED = 65_536;

    private final OutputStream out;
    private int dropped;

    AlertTolerantOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (SocketException e) {
            dropped += length;
            if (dropped > MAX_DROPPED) {
                throw e;
            }
        }
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
