package dev.meshclient.internal.okhttp.client;

import dev.meshclient.internal.endpoint.Resolver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import javax.net.SocketFactory;

/**
 * Connects to an endpoint's port, whatever port the logical URL has; the address comes from the endpoint's Dns. Disables
 * Nagle's algorithm, which OkHttp leaves on.
 */
final class EndpointSocketFactory extends SocketFactory {
    private final EndpointDns dns;
    private final int port;
    private final OpenSockets sockets;

    EndpointSocketFactory(EndpointDns dns, int port, OpenSockets sockets) {
        this.dns = dns;
        this.port = port;
        this.sockets = sockets;
    }

    @Override
    public Socket createSocket() {
        return new EndpointSocket(this, sockets);
    }

    /**
     * OkHttp calls no Dns for a URL whose host is an address: here that is the name of the service, not the endpoint's address.
     */
    InetSocketAddress addressFor(InetSocketAddress logical) throws UnknownHostException {
        InetAddress address = Resolver.isAddress(logical.getHostString())
                ? dns.lookup(dns.address()).get(0)
                : logical.getAddress();
        return new InetSocketAddress(address, port);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw unconnectedOnly();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        throw unconnectedOnly();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        throw unconnectedOnly();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        throw unconnectedOnly();
    }

    private static IOException unconnectedOnly() {
        return new IOException("an endpoint's sockets are made unconnected; OkHttp connects them");
    }
}
