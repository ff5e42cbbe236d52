package dev.meshclient.spring.web;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.http.client.InetAddressFilter;

/** Sockets that connect only to addresses that a filter matches. A {@code Dns} would not see an address in the URL. */
final class FilteredSockets extends SocketFactory {
    private final InetAddressFilter filter;

    FilteredSockets(InetAddressFilter filter) {
        this.filter = filter;
    }

    /** OkHttp connects only sockets of this method. */
    @Override
    public Socket createSocket() {
        return new FilteredSocket(filter);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localAddress, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(localAddress, localPort));
    }

    private Socket connected(InetSocketAddress peer, @Nullable SocketAddress local) throws IOException {
        Socket socket = createSocket();
        try {
            socket.bind(local);
            socket.connect(peer);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Connections of clients with the same filter can be shared. */
    @Override
    public boolean equals(Object other) {
        return other instanceof FilteredSockets sockets && sockets.filter.equals(filter);
    }

    @Override
    public int hashCode() {
        return filter.hashCode();
    }

    private static final class FilteredSocket extends Socket {
        private final InetAddressFilter filter;

        FilteredSocket(InetAddressFilter filter) {
            this.filter = filter;
        }

        @Override
        public void connect(SocketAddress peer, int timeoutMillis) throws IOException {
            if (!(peer instanceof InetSocketAddress address) || address.isUnresolved()) {
                throw new IOException("the InetAddressFilter of the HTTP clients cannot check " + peer
                        + ", which has no IP address; pass one that is resolved");
            }
            if (!filter.matches(address)) {
                throw new IOException("the InetAddressFilter of the HTTP clients refuses the address " + address
                        + "; allow it there, or do not call this host");
            }
            super.connect(peer, timeoutMillis);
        }
    }
}
