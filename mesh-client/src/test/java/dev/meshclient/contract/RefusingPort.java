package dev.meshclient.contract;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A port of the loopback that is taken and refuses connections, as that of a dead server does. The port of a server that was
 * closed is free, and the next server that starts may get it.
 */
public final class RefusingPort implements Closeable {
    private final Socket holder;

    private RefusingPort(Socket holder) {
        this.holder = holder;
    }

    /** Any. */
    public static RefusingPort open() throws IOException {
        return at(0);
    }

    /** That of a server which was closed just now. */
    public static RefusingPort at(int port) throws IOException {
        Socket holder = new Socket();
        try {
            holder.setReuseAddress(true);
            holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return new RefusingPort(holder);
        } catch (IOException e) {
            holder.close();
            throw e;
        }
    }

    public int port() {
        return holder.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        holder.close();
    }
}
