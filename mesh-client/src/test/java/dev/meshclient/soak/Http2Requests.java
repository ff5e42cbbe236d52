package dev.meshclient.soak;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.hpack.HpackDecoder;
import org.eclipse.jetty.http2.hpack.HpackException;

/** A connection of HTTP/2, RFC 9113, as far as requests with short headers need it. */
final class Http2Requests {
    private static final int PREFACE = 24;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int WINDOW_UPDATE = 8;
    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int INTERNAL_ERROR = 2;
    private static final int LARGE = 0x3FFF_FFFF;
    private static final int MAX_HEADERS = 8192;

    private final DataInputStream in;
    private final OutputStream out;
    private final HpackDecoder decoder = new HpackDecoder(MAX_HEADERS, () -> 0);
    private final Map<Integer, MetaData.Request> begun = new HashMap<>(); // their bodies are not complete

    interface Server {
        void serve(String method, String id, Reply reply) throws IOException;
    }

    Http2Requests(DataInputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
        decoder.setMaxTableCapacity(4096);
    }

    /** Gives each request that is complete to the server, until the connection ends. */
    void read(Server server) throws IOException {
        in.skipNBytes(PREFACE);
        write(frame(SETTINGS, 0, 0, ByteBuffer.allocate(0)));
        write(frame(WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(LARGE)));
        while (true) {
            int lengthAndType = in.readInt();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] payload = new byte[lengthAndType >>> 8];
            in.readFully(payload);
            switch (lengthAndType & 0xFF) {
                case HEADERS -> begun.put(stream, request(payload));
                case RST_STREAM -> begun.remove(stream);
                case SETTINGS -> acknowledge(SETTINGS, flags, new byte[0]);
                case PING -> acknowledge(PING, flags, payload);
                default -> {}
            }
            if ((lengthAndType & 0xFF) <= HEADERS && (flags & END_STREAM) != 0) {
                MetaData.Request request = begun.remove(stream);
                if (request != null) {
                    server.serve(request.getMethod(), request.getHttpFields().get("x-id"), new Http2Reply(stream));
                }
            }
        }
    }

    private MetaData.Request request(byte[] headers) throws IOException {
        try {
            return (MetaData.Request) decoder.decode(ByteBuffer.wrap(headers));
        } catch (HpackException e) {
            throw new IOException(e);
        }
    }

    private void acknowledge(int type, int flags, byte[] payload) throws IOException {
        if (flags != ACK) {
            write(frame(type, ACK, 0, ByteBuffer.allocate(payload.length).put(payload)));
        }
    }

    private void write(byte[] frame) throws IOException {
        synchronized (out) {
            out.write(frame);
        }
    }

    private static byte[] frame(int type, int flags, int stream, ByteBuffer filled) {
        return ByteBuffer.allocate(9 + filled.position())
                .putInt(filled.position() << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(filled.flip())
                .array();
    }

    /** A response on a stream. */
    private final class Http2Reply implements Reply {
        private final int stream;

        Http2Reply(int stream) {
            this.stream = stream;
        }

        /** RFC 7541: a literal without indexing whose name is the eighth of the static table, ":status". */
        @Override
        public void head(int status, int length) throws IOException {
            ByteBuffer header = ByteBuffer.allocate(5).put((byte) 8);
            write(frame(HEADERS, END_HEADERS, stream, string(header, String.valueOf(status))));
        }

        private static ByteBuffer string(ByteBuffer to, String text) {
            return to.put((byte) text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public void body(String part, boolean last) throws IOException {
            ByteBuffer data = ByteBuffer.allocate(part.length()).put(part.getBytes(StandardCharsets.ISO_8859_1));
            write(frame(DATA, last ? END_STREAM : 0, stream, data));
        }

        @Override
        public void cut() throws IOException {
            write(frame(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(INTERNAL_ERROR)));
        }
    }
}
