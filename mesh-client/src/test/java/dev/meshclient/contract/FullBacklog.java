package dev.meshclient.contract;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A port of the loopback whose server accepts no connection and whose queue is full: connecting to it never ends. */
public final class FullBacklog implements Closeable {
    private static final int PROBE_MILLIS = 250;

    private final ServerSocket server;
    private final List<Socket> queued = new ArrayList<>();

    private FullBacklog(ServerSocket server) {
        this.server = server;
    }

    /** Fills the queue until a connection does not come about any more. */
    public static FullBacklog open() throws IOException {
        FullBacklog backlog = new FullBacklog(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        for (int i = 0; i < 64; i++) {
            Socket socket = new Socket();
            backlog.queued.add(socket);
            try {
                socket.connect(backlog.server.getLocalSocketAddress(), PROBE_MILLIS);
            } catch (SocketTimeoutException full) {
                return backlog;
            }
        }
        backlog.close();
        throw new IOException("the queue of a listening socket does not fill up here");
    }

    public int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : queued) {
            socket.close();
        }
        server.close();
    }
}
