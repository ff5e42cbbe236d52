package dev.meshclient.tls;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A gateway as Istio's with AUTO_PASSTHROUGH: forwards each connection, as it is, to the port that its SNI stands for. */
final class SniProxy implements Closeable {
    private final ServerSocket server;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    final List<String> names = new CopyOnWriteArrayList<>();
    final Map<String, Integer> ports = new ConcurrentHashMap<>();

    SniProxy() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("accept", () -> {
            while (true) {
                Socket client = server.accept();
                open.add(client);
                start("forward", () -> forward(client));
            }
        });
    }

    private interface Step {
        void run() throws IOException;
    }

    /** Runs until a socket is closed. */
    private static void start(String name, Step step) {
        Thread thread = new Thread(
                () -> {
                    try {
                        step.run();
                    } catch (IOException closed) {
                        return;
                    }
                },
                "gateway " + name);
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return server.getLocalPort();
    }

    private void forward(Socket client) throws IOException {
        try (client) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            byte[] head = in.readNBytes(5); // type, version, length
            byte[] hello = in.readNBytes(((head[3] & 0xff) << 8) | (head[4] & 0xff));
            String name = name(ByteBuffer.wrap(hello));
            names.add(name);
            Integer port = ports.get(name);
            if (port == null) {
                return;
            }
            try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), port)) {
                open.add(peer);
                peer.getOutputStream().write(head);
                peer.getOutputStream().write(hello);
                start("answer", () -> copy(peer, client));
                copy(client, peer);
            }
        }
    }

    private static void copy(Socket from, Socket to) throws IOException {
        InputStream in = from.getInputStream();
        byte[] buffer = new byte[16_384];
        try (to) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                to.getOutputStream().write(buffer, 0, read);
            }
        }
    }

    /** The name in a ClientHello (RFC 8446 4.1.2, RFC 6066 3); empty: none. */
    private static String name(ByteBuffer hello) {
        hello.position(4 + 2 + 32);
        skip(hello, hello.get() & 0xff); // session
        skip(hello, hello.getShort() & 0xffff); // ciphers
        skip(hello, hello.get() & 0xff); // compressions
        hello.getShort();
        while (hello.remaining() >= 4) {
            int type = hello.getShort();
            int length = hello.getShort() & 0xffff;
            if (type == 0) {
                hello.getShort();
                hello.get();
                byte[] name = new byte[hello.getShort() & 0xffff];
                hello.get(name);
                return new String(name, StandardCharsets.US_ASCII);
            }
            skip(hello, length);
        }
        return "";
    }

    private static void skip(ByteBuffer buffer, int bytes) {
        buffer.position(buffer.position() + bytes);
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
