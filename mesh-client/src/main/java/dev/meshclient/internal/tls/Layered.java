package dev.meshclient.internal.tls;

import java.io.IOException;
import java.net.Socket;

/** Lays the peer's TLS, as configured at that time, over connected sockets. */
final class Layered extends LayeringFactory {
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
    public String toString() {
        return peer.toString();
    }
}
