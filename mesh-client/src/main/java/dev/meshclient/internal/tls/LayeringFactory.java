package dev.meshclient.internal.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocketFactory;

/** A factory that lays TLS over connected sockets, and connects none. */
public abstract class LayeringFactory extends SSLSocketFactory {
    private final String refusal;

    /** A factory for sockets that OkHttp connects. */
    protected LayeringFactory() {
        this("TLS is laid over a connected socket; OkHttp connects it");
    }

    /** @param refusal why it connects no sockets */
    LayeringFactory(String refusal) {
        this.refusal = refusal;
    }

    @Override
    public final Socket createSocket(String host, int port) throws IOException {
        throw new IOException(refusal);
    }

    @Override
    public final Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        throw new IOException(refusal);
    }

    @Override
    public final Socket createSocket(InetAddress host, int port) throws IOException {
        throw new IOException(refusal);
    }

    @Override
    public final Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        throw new IOException(refusal);
    }
}
