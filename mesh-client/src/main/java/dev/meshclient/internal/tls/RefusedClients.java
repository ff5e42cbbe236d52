package dev.meshclient.internal.tls;

import dev.meshclient.internal.time.Time;
import java.security.cert.CertificateException;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;

/**
 * Logs why a server refuses the certificates of clients: TLS itself sends the client an alert and the server nothing. One line a minute
 * at most, since a client may connect again and again.
 */
final class RefusedClients implements Consumer<CertificateException> {
    private static final long MINUTE = 60_000_000_000L;
    private static final int MAX_LENGTH = 500;
    /** A message is one line, whatever the certificate of the client contains. */
    private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}+\\s*");

    private final Time time;
    private final Logger log;
    private long nextAt = Long.MIN_VALUE;
    private long unlogged;

    RefusedClients(Time time, Logger log) {
        this.time = time;
        this.log = log;
    }

    @Override
    public void accept(CertificateException reason) {
        long before = unloggedBefore(time.now());
        if (before >= 0) {
            String text = CONTROLS.matcher(String.valueOf(reason.getMessage())).replaceAll(" ");
            log.warn(
                    "a client is refused in the TLS handshake: {} ({} since the last such line; the next one is in a minute)",
                    text.substring(0, Math.min(text.length(), MAX_LENGTH)),
                    before == 0 ? "no other" : before + " other(s)");
        }
    }

    /** The refusals since the last line; -1: this one is not logged. */
    private synchronized long unloggedBefore(long now) {
        if (now < nextAt) {
            unlogged++;
            return -1;
        }
        long before = unlogged;
        unlogged = 0;
        nextAt = now + MINUTE;
        return before;
    }
}
