package dev.meshclient.internal.tls;

import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.identity.PeerFault;
import dev.meshclient.internal.identity.WrongIdentity;
import dev.meshclient.internal.time.LogThrottle;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports security failures towards peers: each to listeners, and to the log once a minute for each peer and kind. */
public final class PeerFaults {
    private static final long MINUTE = 60_000_000_000L;
    private static final int MAX_PEERS = 1024;

    private final Time time;
    private final LiveIdentity.News news;
    private final Logger log;
    private final Map<Reported, LogThrottle> throttles = new ConcurrentHashMap<>();

    private record Reported(String service, String endpoint, PeerFault fault) {}

    PeerFaults(Time time, LiveIdentity.News news) {
        this(time, news, LoggerFactory.getLogger("dev.meshclient.identity"));
    }

    PeerFaults(Time time, LiveIdentity.News news, Logger log) {
        this.time = time;
        this.news = news;
        this.log = log;
    }

    /**
     * Reports the failure if it is a security failure.
     *
     * @param failure of an attempt to the endpoint
     * @param reason for people
     */
    public void note(String service, String endpoint, IOException failure, String reason) {
        PeerFault fault = PeerFault.of(failure);
        if (fault == null) {
            return;
        }
        if (throttles.size() >= MAX_PEERS) { // endpoints come and go
            throttles.clear();
        }
        Reported key = new Reported(service, endpoint, fault);
        if (throttles.computeIfAbsent(key, k -> new LogThrottle(MINUTE)).allows("", time.now())) {
            log.warn(
                    "{} of '{}' is rejected ({}): {}; the next such failure of it is logged in a minute",
                    endpoint,
                    service,
                    fault,
                    reason.replaceAll(
                            "\\p{Cntrl}+\\s*", " ")); // one line, whatever the certificate of the peer contains
        }
        news.peerRejected(service, endpoint, fault, reason);
    }

    /** Whether a peer has proved another name than the host, or than the name that policy states in its place. */
    public static boolean isOfHostName(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof WrongIdentity wrong) {
                return wrong.isOfHost();
            }
        }
        return false;
    }

    /** Whether the peer answers TLS in plaintext. */
    public static boolean isPlaintext(Throwable failure) {
        return PeerFault.of(failure) == PeerFault.PLAINTEXT;
    }
}
