package dev.meshclient.internal.tls;

import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.identity.PeerFault;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports security failures towards peers: each to listeners, and to the log once a minute for each peer and kind, of 1024 at most. */
public final class PeerFaults {
    private static final long MINUTE = 60_000_000_000L;
    private static final int MAX_LOGGED = 1024;
    /** A message is one line, whatever the certificate of the peer contains. */
    private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}+\\s*");

    private final Time time;
    private final LiveIdentity.News news;
    private final Logger log;
    /** Of the last minute. */
    private final Map<Reported, Long> loggedAt = new HashMap<>();

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
        PeerFault fault = failure instanceof SSLException tls ? PeerFault.of(tls) : null;
        if (fault == null) {
            return;
        }
        int peers = logged(new Reported(service, endpoint, fault), time.now());
        if (peers > 0) {
            log.warn(
                    "{} of '{}' is rejected ({}): {}; {}",
                    endpoint,
                    service,
                    fault,
                    CONTROLS.matcher(reason).replaceAll(" "),
                    peers < MAX_LOGGED
                            ? "the next such failure of it is logged in a minute"
                            : MAX_LOGGED + " failures of peers were logged in a minute: no further one is");
        }
        news.peerRejected(service, endpoint, fault, reason);
    }

    /** Counts the failure as logged, if the log may have it. @return the number of failures in the log; 0: not this one */
    private synchronized int logged(Reported failure, long now) {
        loggedAt.values().removeIf(at -> now - at >= MINUTE);
        return loggedAt.size() < MAX_LOGGED && loggedAt.putIfAbsent(failure, now) == null ? loggedAt.size() : 0;
    }

    /** As {@link PeerFault#isOfHostName}. */
    public static boolean isOfHostName(SSLException failure) {
        return PeerFault.isOfHostName(failure);
    }

    /** Whether the peer answers TLS in plaintext. */
    public static boolean isPlaintext(SSLException failure) {
        return PeerFault.of(failure) == PeerFault.PLAINTEXT;
    }
}
