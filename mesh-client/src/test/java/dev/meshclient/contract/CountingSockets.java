package dev.meshclient.contract;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;

/** Counts the sockets that were asked for. */
final class CountingSockets extends SocketFactory {
    private final AtomicInteger made = new AtomicInteger();

    int made() {
        return made.get();
    }

    @Override
    public Socket createSocket() {
        made.incrementAndGet();
        return new Socket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw new IOException("OkHttp makes its sockets unconnected");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return createSocket(host.getHostName(), port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localAddress, int localPort) throws IOException {
        return createSocket(host, port);
    }
}
