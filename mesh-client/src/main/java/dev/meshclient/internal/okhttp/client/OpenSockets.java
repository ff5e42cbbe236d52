package dev.meshclient.internal.okhttp.client;

import dev.meshclient.internal.time.Time;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import okhttp3.Connection;
import okhttp3.Protocol;

/** The open sockets of an endpoint. They show whether the peer has closed a connection, and when it last sent something. */
public final class OpenSockets {
    private final Time time;
    /** By the sockets that OkHttp shows: an endpoint's, or TLS over it. */
    private final Map<Socket, EndpointSocket> byShown = new ConcurrentHashMap<>();

    OpenSockets(Time time) {
        this.time = time;
    }

    long now() {
        return time.now();
    }

    void opened(Socket shown, EndpointSocket socket) {
        byShown.put(shown, socket);
        if (socket.isClosed()) { // meanwhile, by a cancelled call
            byShown.remove(shown);
        }
    }

    void closed(Socket shown) {
        byShown.remove(shown);
    }

    /**
     * Whether the peer has closed this connection from the pool, or has sent bytes that no request asked for: the next request
     * would fail, or would get them as its response. Always false for HTTP/2, whose connections are read all the time.
     *
     * @param isRepeatable whether the request may be sent again if the connection turns out to be closed
     */
    public boolean isSpent(Connection connection, boolean isRepeatable) {
        EndpointSocket own = connection.protocol() == Protocol.HTTP_1_1 ? byShown.get(connection.socket()) : null;
        return own != null && (own.isUnread() || own.isSpent(connection.socket(), !isRepeatable));
    }

    /**
     * A request is sent over this connection, or its response was read to its end. OkHttp may give a connection to another call while it
     * closes it after its call was forgotten, with a part of the response in its buffer.
     */
    public void unread(Connection connection, boolean unread) {
        EndpointSocket own = connection.protocol() == Protocol.HTTP_1_1 ? byShown.get(connection.socket()) : null;
        if (own != null) {
            own.unread(unread);
        }
    }

    /**
     * A call over this connection was cancelled: its write, which that does not end, is bounded.
     *
     * @param isRunning whether the thread of the call has not come back
     */
    public void cancelled(Connection connection, BooleanSupplier isRunning) {
        EndpointSocket own = byShown.get(connection.socket());
        if (own != null) {
            own.cancelled(time, isRunning);
        }
    }

    /** Whether the peer has sent nothing since then: over HTTP/2 by this connection, over HTTP/1.1 by any. */
    boolean isSilent(Connection connection, long since) {
        if (connection.protocol() == Protocol.HTTP_1_1) {
            return byShown.values().stream().noneMatch(s -> s.hasReceivedSince(since));
        }
        EndpointSocket own = byShown.get(connection.socket());
        return own != null && !own.hasReceivedSince(since);
    }
}
