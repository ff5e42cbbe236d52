package dev.meshclient.internal.tls;

import dev.meshclient.identity.Svid;
import dev.meshclient.identity.TrustBundles;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.identity.PeerTrust;
import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import java.io.Closeable;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The TLS contexts of a server: one for each identity, since a resumed session bypasses the trust manager. */
public final class ServerContexts implements Closeable {
    private final LiveIdentity identity;
    private final Time time;
    private final SSLContext rotating = RotatingContext.of(this::current);
    private final Set<Signal> waiting = ConcurrentHashMap.newKeySet();
    private final PeerRefusals refused;
    private final Held closed;
    private volatile Held held;

    private record Held(@Nullable Svid svid, SSLContext context) {}

    /** Ignores news, since {@link LiveIdentity} logs them. */
    private static final class Unheard implements LiveIdentity.News {
        @Override
        public void rotated(LiveIdentity.Change change) {}

        @Override
        public void rejected(String source, IOException reason) {}

        @Override
        public void expiring(Svid svid, int percent) {}
    }

    private ServerContexts(WorkloadIdentity source, Time time, Logger log) {
        this.time = time;
        this.refused = PeerRefusals.ofHandshakes(time, log);
        this.closed = new Held(null, context(new KeyManager[0], PeerTrust.ofAnySvid(TrustBundles.NONE, time.wall())));
        this.held = closed;
        this.identity = LiveIdentity.start(
                "identity of the server", source, time, new Unheard(), svid -> FirstHandshake.with(svid, time.wall()));
        identity.onChange(change -> waiting.forEach(Signal::raise));
    }

    /** Starts to watch the source. */
    public static ServerContexts start(WorkloadIdentity source, Time time) {
        return start(source, time, LoggerFactory.getLogger("dev.meshclient.identity"));
    }

    static ServerContexts start(WorkloadIdentity source, Time time, Logger log) {
        return new ServerContexts(source, time, log);
    }

    /** A context that uses the current identity after each rotation. */
    public SSLContext rotating() {
        return rotating;
    }

    /** Without a valid certificate a context whose handshakes all fail: a server may create engines before it is ready. */
    private SSLContext current() {
        Svid svid;
        try {
            svid = identity.forHandshake();
        } catch (SSLException none) {
            return closed.context;
        }
        Held now = held;
        if (now.svid != svid) {
            synchronized (this) {
                now = held;
                if (now.svid != svid) {
                    now = new Held(svid, context(new KeyManager[] {new ServerCertificate(svid)}, trust(svid)));
                    held = now;
                }
            }
        }
        return now.context;
    }

    /** Verifies the clients of a server with this identity, and logs why one is refused. */
    public PeerTrust trust(Svid svid) {
        return PeerTrust.ofClients(svid, time.wall()).reporting(refused);
    }

    private static SSLContext context(KeyManager[] keys, PeerTrust trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, new TrustManager[] {trust}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS: " + e.getMessage(), e);
        }
    }

    /** @throws SSLException if there is no identity, or it is not valid now */
    public Svid identity() throws SSLException {
        return identity.forHandshake();
    }

    /** Notifies the listener of each identity that comes into use, until closed. */
    public Closeable onChange(Consumer<Svid> listener) {
        return identity.onChange(change -> listener.accept(change.now()));
    }

    /** @return whether there is a certificate; false: the timeout has passed */
    public boolean awaitReady(Duration timeout) throws IOException {
        long until = time.now() + Time.nanos(timeout);
        Signal signal = time.signal("server certificate");
        waiting.add(signal);
        try {
            while (identity.current() == null && time.now() < until && signal.await(until)) {
                // check again
            }
        } finally {
            waiting.remove(signal);
        }
        return identity.current() != null;
    }

    @Override
    public void close() throws IOException {
        identity.close();
    }

    @Override
    public String toString() {
        Svid svid = identity.current();
        return svid == null ? "no certificate yet" : svid.toString();
    }
}
