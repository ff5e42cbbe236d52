package dev.meshclient.benchmarks;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;

/**
 * A server in a process of its own, so that the client's process has the client's cost alone. It answers each request without a body,
 * over HTTP/1.1 or HTTP/2, with the answer of {@link InMemoryPeer}, on all addresses of the loopback network.
 */
final class PeerServer implements Closeable {
    private final Process process;
    private final BufferedReader says;
    private final Writer orders;
    private final int port;
    private final int tlsPort;

    private PeerServer(Process process) throws IOException {
        this.process = process;
        says = process.inputReader();
        orders = process.outputWriter();
        port = number();
        tlsPort = number();
    }

    /** Answers at once, in the clear. */
    static PeerServer start() throws IOException {
        return start(0, "", false);
    }

    /** Answers at once, over HTTP/1.1; over TLS it demands a certificate of the client. @param keys {@link Certificates#write} */
    static PeerServer mutualTls(Path keys) throws IOException {
        return start(0, keys.toString(), true);
    }

    /** Answers after a pause, in the clear and over TLS, where the client chooses the protocol. @param pauseMillis 0: none */
    static PeerServer pausing(long pauseMillis, Path keys) throws IOException {
        return start(pauseMillis, keys.toString(), false);
    }

    private static PeerServer start(long pauseMillis, String keys, boolean mutual) throws IOException {
        Process process = Jvm.command(
                        Jvm.HEAP_1G, PeerProcess.class, String.valueOf(pauseMillis), keys, String.valueOf(mutual))
                .start();
        try {
            return new PeerServer(process);
        } catch (IOException e) {
            process.destroy();
            throw e;
        }
    }

    /** In the clear. */
    int port() {
        return port;
    }

    /** Over TLS; 0: there is none. */
    int tlsPort() {
        return tlsPort;
    }

    /** The next so many requests get no answer until {@link #release}. */
    void hold(int requests) throws IOException {
        order(String.valueOf(requests));
        String said = line();
        if (!said.equals(PeerProcess.HOLDING)) {
            throw new IOException("the server said '" + said + "'");
        }
    }

    /** Waits until they are there. */
    void awaitHeld(int requests) throws IOException {
        int there = number();
        if (there != requests) {
            release();
            throw new IOException("only %d of %d requests came within a minute".formatted(there, requests));
        }
    }

    void release() throws IOException {
        order(PeerProcess.RELEASE);
    }

    private void order(String text) throws IOException {
        orders.write(text + "\n");
        orders.flush();
    }

    private int number() throws IOException {
        return Integer.parseInt(line());
    }

    private String line() throws IOException {
        String line = says.readLine();
        if (line == null) {
            throw new IOException("the server's process has ended; standard error has the reason");
        }
        return line;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
