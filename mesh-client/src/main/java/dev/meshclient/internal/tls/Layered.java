package dev.meshclient.internal.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocketFactory;

/** Lays the TLS of a peer, as it is at that moment, over connected sockets. */
final class Layered extends SSLSocketFactory {
    private final PeerTls peer;

    Layered(PeerTls peer) {
        this.peer = peer;
    }

    @Override
    public Socket createSocket(Socket socket, String host, int port, boolean autoClose) throws IOException {
        return peer.layer(socket, host, port, autoClose);
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return peer.layering().getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return peer.layering().getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw layeredOnly();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        throw layeredOnly();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        throw layeredOnly();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        throw layeredOnly();
    }

    private static IOException layeredOnly() {
        return new IOException("TLS is laid over a connected socket; OkHttp connects it");
    }

    @Override
    public String toString() {
        return peer.toString();
    }
}
