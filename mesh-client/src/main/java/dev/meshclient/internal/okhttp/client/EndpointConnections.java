package dev.meshclient.internal.okhttp.client;

import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointTransport;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.tls.Identities;
import dev.meshclient.internal.tls.PeerTls;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import okhttp3.Connection;
import okhttp3.ConnectionPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one endpoint: a pool of its own, so that no connection serves two services, endpoints or generations, and
 * the inner clients that use it. Replaced as a whole when it is old.
 */
public final class EndpointConnections implements EndpointTransport {
    /**
     * Servers that close idle connections earlier cause the race in which a request uses a closed one; most servers wait
     * longer.
     */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    /** When trust is added, no endpoint keeps connections under the old trust for longer. */
    private static final Duration SPREAD = Duration.ofSeconds(30);

    /** Lower limit, however soon a certificate expires. */
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private static final int MAX_IDLE = 1024;

    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.connections");

    private final Time time;
    private final String name;
    private final long madeAt;
    private final ConnectionPool pool;
    private final AtomicLong retireAt;
    private final long keepAliveNanos;
    private final HeaderNumbers numbers = new HeaderNumbers();
    private final OpenSockets sockets;
    private final CertificateEnds certificateEnds = new CertificateEnds();
    private final EndpointClients clients;
    private volatile boolean retired;

    EndpointConnections(
            Time time, Identities identities, Derivation derivation, String name, long retireAt, long keepAliveNanos) {
        this.time = time;
        this.name = name;
        this.madeAt = time.now();
        this.sockets = new OpenSockets(time);
        this.retireAt = new AtomicLong(retireAt);
        this.keepAliveNanos = Math.min(keepAliveNanos, KEEP_ALIVE.toNanos());
        this.pool = derivation.path().pool(MAX_IDLE, this.keepAliveNanos);
        this.clients = new EndpointClients(time, identities, derivation, this);
    }

    /** Whether new calls need other connections. A probe has its own: these may be the reason of the ejection. */
    boolean isOld(EndpointHealth endpoint) {
        return time.now() >= retireAt.get() || (endpoint.isEjected() && endpoint.changedAt() > madeAt);
    }

    /** How long an idle connection is kept. */
    long keepAliveNanos() {
        return keepAliveNanos;
    }

    @Override
    public void retire() {
        retired = true;
        pool.evictAll();
    }

    /** The peer had closed an idle connection: most likely others too, each of which would cost a call an attempt. */
    public void foundStale() {
        pool.evictAll();
    }

    /**
     * An attempt ended in a timeout, without a response. If the peer has sent nothing at all for half of that time, its host may
     * be gone: new calls then use new connections, and these are closed when their calls end. OkHttp would use an HTTP/2
     * connection for ever, and one idle HTTP/1.1 connection after another.
     */
    public void unanswered(Connection connection, long startedAt) {
        long now = time.now();
        long since = startedAt + (now - startedAt) / 2;
        if (sockets.isSilent(connection, since)) {
            retireBy(now);
        }
    }

    /** A call has released its connection, which may be idle now. A cancelled attempt ends earlier than its call. */
    public void givenBack() {
        if (retired) {
            pool.evictAll();
        }
    }

    /**
     * Trust has changed. Connections to peers that are not trusted any more are closed at once; if a peer is trusted in
     * addition, connections are replaced within half a minute, each endpoint's at another time.
     */
    @Override
    public void trustChanged() {
        if (clients.anyTls(PeerTls::isWithdrawn)) {
            retireBy(time.now());
            retire();
        } else if (clients.anyTls(PeerTls::isOutdated)) {
            clients.clear();
            retireBy(time.now() + (long) (time.random().nextDouble() * SPREAD.toNanos()));
        }
    }

    private void retireBy(long at) {
        retireAt.accumulateAndGet(at, Math::min);
    }

    /** New calls use new connections some time before a certificate of these connections expires. */
    private void endsAt(Instant end) {
        long left = Math.max(0, Time.nanos(Duration.between(time.wall().instant(), end)));
        double share = 0.85 + time.random().nextDouble() / 10;
        retireBy(time.now() + Math.max(Math.min(left, SHORTEST.toNanos()), (long) (left * share)));
    }

    private final class CertificateEnds implements PeerTls.Lifetime {
        @Override
        public void begins(Socket socket) {
            if (socket instanceof EndpointSocket own) {
                own.mayBeRefused();
            }
        }

        @Override
        public void ofOwn(Socket socket, Instant end) {
            endsAt(end);
            if (socket instanceof EndpointSocket own) {
                long left = Time.nanos(Duration.between(time.wall().instant(), end));
                own.closeAt(
                        time,
                        time.now() + left,
                        "certificate",
                        () -> LOG.info(
                                "closed a connection to {} that was in use: the certificate it was made with has expired",
                                name));
            }
        }

        @Override
        public void ofPeer(Instant end) {
            endsAt(end);
        }
    }

    PeerTls.Lifetime certificateEnds() {
        return certificateEnds;
    }

    ConnectionPool pool() {
        return pool;
    }

    /** Its open sockets. */
    public OpenSockets sockets() {
        return sockets;
    }

    /** Formats numbers for the headers of its calls. */
    public HeaderNumbers numbers() {
        return numbers;
    }

    /**
     * A client for calls of this caller.
     *
     * @param bounded the call has a deadline earlier than the idle timeout
     * @throws SSLException if it needs an own identity and there is none
     */
    public EndpointClient client(Caller caller, Backend backend, Endpoint endpoint, boolean tls, boolean bounded)
            throws SSLException {
        return clients.client(caller, backend, endpoint, tls, bounded);
    }
}
