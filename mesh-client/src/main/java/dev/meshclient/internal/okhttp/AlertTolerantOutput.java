package dev.meshclient.internal.okhttp;

import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketException;

/**
 * A peer that closes while we write may have said why: with TLS 1.3 it looks at our certificate only after we think that the
 * handshake is done, and its alert crosses our request. What cannot be written is then dropped, within bounds, so that who
 * reads finds the alert; if there is none, he finds the end of the connection.
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
