package dev.meshclient.internal.okhttp.client;

import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Connects to an endpoint's port, whatever port the logical URL has; the address comes from the endpoint's Dns. Disables
 * Nagle's algorithm, which OkHttp leaves on.
 */
final class EndpointSocketFactory extends SocketFactory {
    private final EndpointDns dns;
    private final int port;

    EndpointSocketFactory(EndpointDns dns, int port) {
        this.dns = dns;
        this.port = port;
    }

    @Override
    public Socket createSocket() {
        return new EndpointSocket(this);
    }

    /**
     * OkHttp calls no Dns for a URL whose host is an address: here that is the name of the service, not the endpoint's address.
     */
    private InetAddress addressFor(InetSocketAddress logical) throws UnknownHostException {
        return Resolver.isAddress(logical.getHostString())
                ? dns.lookup(dns.address()).get(0)
                : logical.getAddress();
    }

    /** One connection, perhaps with a known time of its end. */
    static final class EndpointSocket extends Socket {
        private final EndpointSocketFactory factory;
        private volatile Time.@Nullable Timer end;
        private volatile boolean refusable;

        EndpointSocket(EndpointSocketFactory factory) {
            this.factory = factory;
        }

        @Override
        public void connect(SocketAddress logical, int timeout) throws IOException {
            if (!(logical instanceof InetSocketAddress address) || address.isUnresolved()) {
                throw new UnknownHostException("not an address of an endpoint: " + logical);
            }
            setTcpNoDelay(true);
            super.connect(new InetSocketAddress(factory.addressFor(address), factory.port), timeout);
        }

        /** The peer checks the certificate of this process during the first write, and may refuse it then. */
        void mayBeRefused() {
            refusable = true;
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            OutputStream out = super.getOutputStream();
            return refusable ? new AlertTolerantOutput(out) : out;
        }

        /** Closes it at this time, even if it is busy. */
        void closeAt(Time time, long at, String name, Runnable onClose) {
            end = time.at(at, name, () -> {
                if (!isClosed()) {
                    onClose.run();
                    try {
                        close();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            });
            if (isClosed()) {
                disarm();
            }
        }

        private void disarm() {
            Time.Timer armed = end;
            if (armed != null) {
                armed.cancel();
            }
        }

        @Override
        public synchronized void close() throws IOException {
            disarm();
            super.close();
        }
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
