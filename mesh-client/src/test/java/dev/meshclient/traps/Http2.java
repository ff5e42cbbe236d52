package dev.meshclient.traps;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import java.io.IOException;
import java.nio.ByteBuffer;

/** As much HTTP/2 as it takes to break it: RFC 9113 4.1 and 6. */
final class Http2 {
    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;
    static final int INTERNAL_ERROR = 2;
    static final int ENHANCE_YOUR_CALM = 11;

    private static final int PREFACE = 24;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int UNKNOWN = 0xA0;
    private static final int MAX_FRAME = 1 << 14;
    private static final int LARGE = 0x3FFF_FFFF;

    private Http2() {}

    /** A mesh of {@code orders} with this endpoint alone, over HTTP/2 without TLS and without retries. */
    static Mesh mesh(RawServer server) {
        return Mesh.builder()
                .policy(Documents.mesh("traps")
                        .services(Documents.service("orders")
                                .endpoint("127.0.0.1", server.port())
                                .with(Situation.PATIENT)
                                .with("'appProtocol': 'kubernetes.io/h2c', 'retry': {'attempts': 0}"))
                        .source())
                .build();
    }

    /** Greets the client and reads its first request to the end; the stream's number. */
    static int request(RawServer.Peer peer) throws IOException {
        peer.read(PREFACE);
        peer.write(frame(SETTINGS, 0, new byte[0]));
        return next(peer);
    }

    /** Reads until another request has ended; the stream's number. */
    static int next(RawServer.Peer peer) throws IOException {
        while (true) {
            ByteBuffer header = ByteBuffer.wrap(peer.read(9));
            int first = header.getInt();
            int type = first & 0xFF;
            boolean last = (type == HEADERS || type == DATA) && (header.get() & END_STREAM) != 0;
            peer.read(first >>> 8);
            if (type == HEADERS) {
                peer.count();
            }
            if (last) {
                return header.getInt(5);
            }
        }
    }

    /** Greets the client and reads the first frame of its first request, not more; the stream's number. */
    static int begun(RawServer.Peer peer) throws IOException {
        peer.read(PREFACE);
        peer.write(frame(SETTINGS, 0, new byte[0]));
        while (true) {
            ByteBuffer header = ByteBuffer.wrap(peer.read(9));
            int first = header.getInt();
            peer.read(first >>> 8);
            if ((first & 0xFF) == HEADERS) {
                peer.count();
                return header.getInt(5);
            }
        }
    }

    /**
     * Frames that a client must ignore: once so many are written that no buffer between holds them, the client has read
     * whatever was written before.
     */
    static void writeIgnored(RawServer.Peer peer, int bytes) throws IOException {
        byte[] ignored = frame(UNKNOWN, 0, new byte[MAX_FRAME]);
        for (int written = 0; written < bytes; written += ignored.length) {
            peer.write(ignored);
        }
    }

    /** Settings and an update: streams and the connection may send a gigabyte. */
    static byte[] largeWindow() {
        byte[] settings = frame(
                SETTINGS,
                0,
                ByteBuffer.allocate(6).putShort((short) 4).putInt(LARGE).array());
        byte[] update =
                frame(WINDOW_UPDATE, 0, ByteBuffer.allocate(4).putInt(LARGE).array());
        return ByteBuffer.allocate(settings.length + update.length)
                .put(settings)
                .put(update)
                .array();
    }

    /** A response without a body: RFC 7541 has an index for its status. */
    static byte[] ok(int stream) {
        return status(stream, 0x88);
    }

    /** A 500 without a body. */
    static byte[] serverError(int stream) {
        return status(stream, 0x8e);
    }

    private static byte[] status(int stream, int index) {
        byte[] frame = frame(HEADERS, stream, new byte[] {(byte) index});
        frame[4] = END_STREAM | END_HEADERS;
        return frame;
    }

    static byte[] reset(int stream, int code) {
        return frame(RST_STREAM, stream, ByteBuffer.allocate(4).putInt(code).array());
    }

    /** Streams above {@code last} were not looked at. */
    static byte[] goAway(int last) {
        return frame(GOAWAY, 0, ByteBuffer.allocate(8).putInt(last).putInt(0).array());
    }

    private static byte[] frame(int type, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) 0)
                .putInt(stream)
                .put(payload)
                .array();
    }
}
