package dev.meshclient.internal.control;

import dev.meshclient.internal.source.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The format of a snapshot: the digest of the rest, a head with one fact on each line, an empty line, and then the policies of
 * the services as documents. A line is a keyword and its values, which contain no space.
 */
final class SnapshotFormat {
    private static final String MAGIC = "mesh-client-snapshot ";
    private static final String KIND = MAGIC + "3 ";
    static final String NULL = "-";

    private SnapshotFormat() {}

    /** @throws IOException if a policy was made in code and no document can express it */
    static byte[] write(Snapshot snapshot) throws IOException {
        byte[] rest = new SnapshotContentWriter().write(snapshot);
        byte[] first = (KIND + Sha256.hex(rest) + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(first, first.length + rest.length);
        System.arraycopy(rest, 0, all, first.length, rest.length);
        return all;
    }

    /** @throws IOException if the bytes differ from those written */
    static Snapshot read(byte[] bytes) throws IOException {
        int firstEnd = endOfLine(bytes, 0);
        String first = text(bytes, 0, firstEnd);
        if (!first.startsWith(KIND)) {
            throw new IOException(
                    first.startsWith(MAGIC)
                            ? "it is of another version of mesh-client: it does not begin with '" + KIND.strip() + "'"
                            : "it is no snapshot: it does not begin with '" + KIND.strip() + "'");
        }
        byte[] rest = Arrays.copyOfRange(bytes, firstEnd + 1, bytes.length);
        if (!first.substring(KIND.length()).equals(Sha256.hex(rest))) {
            throw new IOException("its digest is another than when it was written: it was cut or changed");
        }
        try {
            return new SnapshotContentReader(rest).read();
        } catch (RuntimeException e) {
            throw new IOException("its head is of another form", e);
        }
    }

    static int endOfLine(byte[] bytes, int from) throws IOException {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        throw new IOException("its head does not end");
    }

    static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
