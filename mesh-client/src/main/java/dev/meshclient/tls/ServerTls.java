package dev.meshclient.tls;

import dev.meshclient.identity.Svid;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.tls.ServerContexts;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Makes any server that takes an {@link SSLContext} a peer of the mesh: it presents the certificate of a
 * {@link WorkloadIdentity} and admits only clients whose certificates the mesh trusts. Those are clients with a SPIFFE ID of a
 * trust domain whose bundle is known; for an identity without a SPIFFE ID, clients with a certificate that its authorities
 * signed. {@link dev.meshclient.Mesh#inbound} decides which of these clients may call.
 *
 * <p>The context is always the same object. Each connection uses the identity that is in use when its handshake begins, and
 * resumes no session of an earlier identity; existing connections stay. Without a certificate, or after it has expired,
 * handshakes fail.
 *
 * <pre>{@code
 * ServerTls tls = ServerTls.of(MountedIdentity.at(Path.of("/var/run/mesh")));
 * server.setHttpsConfigurator(new HttpsConfigurator(tls.context()));
 * }</pre>
 *
 * <p>Client certificates are demanded by default. A server that switches that off ({@code setNeedClientAuth(false)}) admits no
 * connection, and one ERROR line says why.
 */
public final class ServerTls implements Closeable {
    private final ServerContexts contexts;
    private final Runnable stopTime;

    private ServerTls(ServerContexts contexts, Runnable stopTime) {
        this.contexts = contexts;
        this.stopTime = stopTime;
    }

    /** Starts to watch the identity; never waits for it. */
    public static ServerTls of(WorkloadIdentity identity) {
        Objects.requireNonNull(identity, "identity must not be null: pass MountedIdentity.at(directory), for example");
        RealTime time = RealTime.create("mesh-server-tls");
        try {
            return new ServerTls(ServerContexts.start(identity, time), time::close);
        } catch (Throwable e) { // of the identity; Kotlin may throw any
            time.close();
            throw e;
        }
    }

    /** For tests, with another clock. */
    static ServerTls of(WorkloadIdentity identity, Time time) {
        return new ServerTls(ServerContexts.start(identity, time), () -> {});
    }

    /** Makes engines and sockets for servers. Always the same object. */
    public SSLContext context() {
        return contexts.rotating();
    }

    /** An engine for one connection of a server that takes engines. */
    public SSLEngine engine() {
        return contexts.rotating().createSSLEngine();
    }

    /**
     * The identity that a connection would use now.
     *
     * @throws SSLException if there is none, or it is not valid now; the message names the source and the reason
     */
    public Svid identity() throws SSLException {
        return contexts.identity();
    }

    /**
     * Notifies the listener of each identity that comes into use, on the thread of the source, until the result is closed: for servers
     * that take certificates and trust in place of a context. The identity in use now is not reported. The listener must not block.
     */
    public Closeable onChange(Consumer<Svid> listener) {
        Objects.requireNonNull(listener, "listener must not be null: pass what takes the new identity");
        return contexts.onChange(listener);
    }

    /**
     * Verifies the clients of a server with this identity as {@link #context} does; for an identity with a SPIFFE ID each trust domain
     * vouches for its own members only. It is immutable: an identity with other authorities needs another one, and another
     * {@link SSLContext}, since a resumed session bypasses both.
     */
    public X509ExtendedTrustManager trustManager(Svid svid) {
        Objects.requireNonNull(svid, "svid must not be null: pass identity(), or what a listener got");
        return contexts.trust(svid);
    }

    /**
     * Waits until there is a certificate.
     *
     * @return whether there is a certificate; false: the timeout has passed
     * @throws java.io.InterruptedIOException if the thread is interrupted
     */
    public boolean awaitReady(Duration timeout) throws IOException {
        Objects.requireNonNull(timeout, "timeout must not be null: pass a Duration such as Duration.ofSeconds(5)");
        return contexts.awaitReady(timeout);
    }

    /** Stops watching; the identity in use stays in use until it expires. */
    @Override
    public void close() throws IOException {
        try {
            contexts.close();
        } finally {
            stopTime.run();
        }
    }

    @Override
    public String toString() {
        return "server TLS with " + contexts;
    }
}
