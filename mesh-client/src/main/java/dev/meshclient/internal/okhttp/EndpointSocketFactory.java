package dev.meshclient.internal.okhttp;

import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.time.Time;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.function.Consumer;
import javax.net.SocketFactory;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Connects to an endpoint's port, whatever port the logical URL has: the address comes from the endpoint's Dns. Without
 * Nagle's algorithm, which OkHttp leaves on.
 */
final class EndpointSocketFactory extends SocketFactory {
    private final EndpointDns dns;
    private final int port;
    private final Consumer<EndpointSocket> closed;

    /** @param closed is told of each connection with TLS that is closed */
    EndpointSocketFactory(EndpointDns dns, int port, Consumer<EndpointSocket> closed) {
        this.dns = dns;
        this.port = port;
        this.closed = closed;
    }

    @Override
    public Socket createSocket() {
        return new EndpointSocket(this);
    }

    /** OkHttp asks no Dns for a URL whose host is an address: that is the service's name here, not where it is reached. */
    private InetAddress addressFor(InetSocketAddress logical) throws UnknownHostException {
        return Resolver.isAddress(logical.getHostString())
                ? dns.lookup(dns.address()).get(0)
                : logical.getAddress();
    }

    /** One connection; it may have an end that is known. */
    static final class EndpointSocket extends Socket {
        private final EndpointSocketFactory factory;
        private volatile Time.@Nullable Timer end;
        private volatile @Nullable SSLSocket tls;
        private volatile @Nullable InputStream opened;

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

        /** What is laid over it. */
        void carries(SSLSocket layered) throws IOException {
            opened = layered.getInputStream();
            tls = layered;
        }

        /** Why TLS ended, once it is closed; null: for no reason of its own. */
        @Nullable
        SSLException whyEnded() {
            InputStream in = opened;
            if (in == null || !isClosed()) {
                return null;
            }
            try {
                in.read(); // JSSE keeps the reason for whoever reads on
                return null;
            } catch (SSLException e) {
                return e.getCause() instanceof SSLException reason ? reason : e;
            } catch (IOException e) {
                return null;
            }
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new Saying(super.getOutputStream());
        }

        /**
         * A TLS 1.3 peer that does not take our certificate says so when we write already, and closes: the write must not
         * fail before its last word is read.
         */
        private final class Saying extends FilterOutputStream {
            private boolean inVain;

            Saying(OutputStream out) {
                super(out);
            }

            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                if (inVain) {
                    return;
                }
                try {
                    out.write(bytes, from, length);
                } catch (SocketException e) {
                    inVain = isHeard();
                    if (!inVain) {
                        throw e;
                    }
                }
            }

            /** Whether somebody is about to read what the peer said: with HTTP/2 there is always a reader. */
            private boolean isHeard() {
                SSLSocket layered = tls;
                try {
                    return layered != null
                            && !isClosed()
                            && (getInputStream().available() > 0 || "h2".equals(layered.getApplicationProtocol()));
                } catch (IOException broken) {
                    return false;
                }
            }
        }

        /** Whatever is under way then. */
        void closeAt(Time time, long at, String name, Runnable told) {
            end = time.at(at, name, () -> {
                if (!isClosed()) {
                    told.run();
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
            if (tls != null) {
                factory.closed.accept(this);
            }
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
