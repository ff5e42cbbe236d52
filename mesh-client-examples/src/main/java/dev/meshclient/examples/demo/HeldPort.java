package dev.meshclient.examples.demo;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The port of a server that is down: it refuses connections, and no other process gets it until the server is back. */
final class HeldPort implements Closeable {
    private static final int TRIES = 5000;

    private final int port;
    private final Socket holder;

    private HeldPort(int port, Socket holder) {
        this.port = port;
        this.holder = holder;
    }

    /** Binds the port as soon as the server has released it. */
    static HeldPort hold(int port) throws IOException {
        for (int tries = 1; ; tries++) {
            Socket holder = new Socket();
            try {
                holder.setReuseAddress(true);
                holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return new HeldPort(port, holder);
            } catch (BindException e) {
                holder.close();
                if (tries == TRIES) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
    }

    /** The next server listens on the port before this releases it: no other process can bind it in between. */
    int port() {
        return port;
    }

    @Override
    public void close() throws IOException {
        holder.close();
    }
}
