package dev.meshclient.registry;

import dev.meshclient.policy.Metadata;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is in force, as it is kept on disk: the document that came last, and each older one that a service is kept from. In
 * front of them is a head of lines: what it is with the digest of all that follows, then one line a fact, then an empty one.
 *
 * @param json the document as it came
 * @param confirmed when the source last said that it has it
 * @param order the documents by which the order of versions goes on
 * @param older where services in force are from that are not in force as {@code json} says; oldest first
 * @param rejection why a part of {@code json} is not in force; null: all is, or it is not known. Not written
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Snapshot(
        byte[] json,
        @Nullable String etag,
        Instant confirmed,
        List<Metadata> order,
        List<Older> older,
        @Nullable String rejection) {
    private static final String MAGIC = "mesh-client-snapshot ";
    private static final String KIND = MAGIC + "2 ";
    private static final String CONFIRMED = "confirmed";
    private static final String ETAG = "etag";
    private static final String ORDER = "order";
    private static final String OLDER = "older";
    private static final String SERVICE = "service";
    private static final String DOCUMENT = "document";

    /**
     * A document that came before.
     *
     * @param services that are in force as it says, and when each goes at the latest; {@link Instant#MAX}: when a document says
     *     so
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Older(byte[] json, Map<String, Instant> services) {
        Older {
            services = Collections.unmodifiableMap(new LinkedHashMap<>(services));
        }

        /** Whether it goes by itself, unless a document has it again. */
        boolean isAbsent(String service) {
            return !Instant.MAX.equals(services.get(service));
        }
    }

    Snapshot {
        order = List.copyOf(order);
        older = List.copyOf(older);
    }

    /** Of one document alone. */
    Snapshot(byte[] json, @Nullable String etag, Instant confirmed) {
        this(json, etag, confirmed, List.of(), List.of(), null);
    }

    Snapshot refusedInPart(@Nullable String why) {
        return new Snapshot(json, etag, confirmed, order, older, why);
    }

    byte[] toBytes() throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream(json.length + 1024);
        rest.write(head().getBytes(StandardCharsets.UTF_8));
        for (Older o : older) {
            rest.write(o.json);
        }
        rest.write(json);
        byte[] digested = rest.toByteArray();
        byte[] first = (KIND + Sha256.hex(digested) + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(first, first.length + digested.length);
        System.arraycopy(digested, 0, all, first.length, digested.length);
        return all;
    }

    private String head() {
        StringBuilder head = new StringBuilder();
        line(head, CONFIRMED, confirmed);
        if (etag != null) {
            line(head, ETAG, etag);
        }
        for (Metadata m : order) {
            line(
                    head,
                    ORDER,
                    m.version()
                            + (m.epoch() == null ? "" : " " + URLEncoder.encode(m.epoch(), StandardCharsets.UTF_8)));
        }
        for (Older o : older) {
            line(head, OLDER, o.json.length);
            o.services.forEach((name, until) ->
                    line(head, SERVICE, until + " " + URLEncoder.encode(name, StandardCharsets.UTF_8)));
        }
        line(head, DOCUMENT, json.length);
        return head.append('\n').toString();
    }

    private static void line(StringBuilder head, String key, Object value) {
        head.append(key).append(' ').append(value).append('\n');
    }

    /** @throws IOException if it is not as it was written */
    static Snapshot of(byte[] bytes) throws IOException {
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
            return new Reader(rest).read();
        } catch (RuntimeException e) {
            throw new IOException("its head is of another form", e);
        }
    }

    private static int endOfLine(byte[] bytes, int from) throws IOException {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        throw new IOException("its head does not end");
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    /** The digest is right: what does not read was written by another hand, and may end in any exception. */
    private static final class Reader {
        private final byte[] bytes;
        private int at;
        private String etag = "";
        private Instant confirmed = Instant.EPOCH;
        private int document = -1;
        private final List<Metadata> order = new ArrayList<>();
        private final List<Integer> lengths = new ArrayList<>();
        private final List<Map<String, Instant>> services = new ArrayList<>();

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        Snapshot read() throws IOException {
            while (true) {
                int end = endOfLine(bytes, at);
                String line = text(bytes, at, end);
                at = end + 1;
                if (line.isEmpty()) {
                    break;
                }
                int space = line.indexOf(' ');
                fact(line.substring(0, space), line.substring(space + 1));
            }
            List<Older> older = new ArrayList<>();
            for (Map<String, Instant> kept : services) {
                older.add(new Older(next(lengths.get(older.size())), kept));
            }
            byte[] json = next(document);
            if (at != bytes.length) {
                throw new IOException("it is longer than its head says");
            }
            return new Snapshot(json, etag.isEmpty() ? null : etag, confirmed, order, older, null);
        }

        private void fact(String key, String value) throws IOException {
            switch (key) {
                case CONFIRMED -> confirmed = Instant.parse(value);
                case ETAG -> etag = value;
                case ORDER -> order.add(place(value.split(" ", 2)));
                case OLDER -> {
                    lengths.add(Integer.valueOf(value));
                    services.add(new LinkedHashMap<>());
                }
                case SERVICE -> {
                    String[] untilAndName = value.split(" ", 2);
                    services.get(services.size() - 1).put(decoded(untilAndName[1]), Instant.parse(untilAndName[0]));
                }
                case DOCUMENT -> document = Integer.parseInt(value);
                default -> throw new IOException("its head has a line '" + key + "', which is not known here");
            }
        }

        private static Metadata place(String[] versionAndEpoch) {
            String epoch = versionAndEpoch.length == 1 ? null : decoded(versionAndEpoch[1]);
            return new Metadata("", epoch, Long.valueOf(versionAndEpoch[0]), null, null, null);
        }

        private static String decoded(String text) {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        }

        private byte[] next(int length) throws IOException {
            if (length < 0 || length > bytes.length - at) {
                throw new IOException("it is shorter than its head says");
            }
            at += length;
            return Arrays.copyOfRange(bytes, at - length, at);
        }
    }
}
