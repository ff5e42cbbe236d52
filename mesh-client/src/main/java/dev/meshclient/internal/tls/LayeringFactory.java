package dev.meshclient.internal.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocketFactory;

/** A factory that lays TLS over connected sockets, the only method that OkHttp needs. */
public abstract class LayeringFactory extends SSLSocketFactory {
    @Override
    public final Socket createSocket(String host, int port) throws IOException {
        throw layeredOnly();
    }

    @Override
    public final Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        throw layeredOnly();
    }

    @Override
    public final Socket createSocket(InetAddress host, int port) throws IOException {
        throw layeredOnly();
    }

    @Override
    public final Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        throw layeredOnly();
    }

    private static IOException layeredOnly() {
        return new IOException("TLS is laid over a connected socket; OkHttp connects it");
    }
}
