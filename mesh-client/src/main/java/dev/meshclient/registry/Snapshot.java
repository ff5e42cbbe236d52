package dev.meshclient.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A document as it is kept on disk, after a head of a few lines: what it is with the digest of all that follows, when its
 * source last said that it has it, its ETag if there is one, an empty line.
 *
 * @param json the document as it came
 * @param confirmed when the source last said that it has it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Snapshot(byte[] json, @Nullable String etag, Instant confirmed) {
    private static final String KIND = "mesh-client-snapshot 1 ";
    private static final String CONFIRMED = "confirmed ";
    private static final String ETAG = "etag ";
    private static final int LONGEST_HEAD = 64 << 10;

    byte[] toBytes() {
        byte[] head = (CONFIRMED + confirmed + "\n" + (etag == null ? "" : ETAG + etag + "\n") + "\n")
                .getBytes(StandardCharsets.UTF_8);
        byte[] rest = Arrays.copyOf(head, head.length + json.length);
        System.arraycopy(json, 0, rest, head.length, json.length);
        byte[] first = (KIND + Sha256.hex(rest) + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(first, first.length + rest.length);
        System.arraycopy(rest, 0, all, first.length, rest.length);
        return all;
    }

    /** @throws IOException if it is not as it was written */
    static Snapshot of(byte[] bytes) throws IOException {
        int firstEnd = endOfLine(bytes, 0);
        String first = text(bytes, 0, firstEnd);
        if (!first.startsWith(KIND)) {
            throw new IOException("it does not begin with '" + KIND.strip() + "'");
        }
        byte[] rest = Arrays.copyOfRange(bytes, firstEnd + 1, bytes.length);
        if (!first.substring(KIND.length()).equals(Sha256.hex(rest))) {
            throw new IOException("its digest is another than when it was written: it was cut or changed");
        }
        int confirmedEnd = endOfLine(rest, 0);
        String confirmed = text(rest, 0, confirmedEnd);
        int etagEnd = endOfLine(rest, confirmedEnd + 1);
        String etag = text(rest, confirmedEnd + 1, etagEnd);
        int headEnd = etag.isEmpty() ? etagEnd : endOfLine(rest, etagEnd + 1);
        try {
            return new Snapshot(
                    Arrays.copyOfRange(rest, headEnd + 1, rest.length),
                    etag.isEmpty() ? null : etag.substring(ETAG.length()),
                    Instant.parse(confirmed.substring(CONFIRMED.length())));
        } catch (DateTimeException | IndexOutOfBoundsException e) {
            throw new IOException("its head is of another form", e);
        }
    }

    private static int endOfLine(byte[] bytes, int from) throws IOException {
        for (int i = from; i < Math.min(bytes.length, LONGEST_HEAD); i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        throw new IOException("its head does not end");
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
