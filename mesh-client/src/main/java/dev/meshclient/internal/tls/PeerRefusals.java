package dev.meshclient.internal.tls;

import dev.meshclient.internal.time.Time;
import java.security.cert.CertificateException;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;

/** Logs why the certificates of peers are refused: one line a minute at most, since a peer may connect again and again. */
final class PeerRefusals implements Consumer<CertificateException> {
    private static final long MINUTE = 60_000_000_000L;
    private static final int MAX_REASON = 500;
    private static final int MAX_SUBJECT = 150;
    /** A message is one line, whatever the certificate of the peer contains. */
    private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}+\\s*");

    private final Time time;
    private final Logger log;
    private final String what;
    private long nextAt = Long.MIN_VALUE;
    private long unlogged;

    /** @param what the begin of each line: what happens to the peer */
    PeerRefusals(Time time, Logger log, String what) {
        this.time = time;
        this.log = log;
        this.what = what;
    }

    /** In a TLS handshake: TLS itself sends the client an alert and the server nothing. */
    static PeerRefusals ofHandshakes(Time time, Logger log) {
        return new PeerRefusals(time, log, "a client is refused in the TLS handshake");
    }

    @Override
    public void accept(CertificateException reason) {
        add(String.valueOf(reason.getMessage()), "", "");
    }

    /**
     * @param subject of the certificate; empty: the line does not state it
     * @param advice the end of the line, which is never cut
     */
    void add(String reason, String subject, String advice) {
        long before = unloggedBefore(time.now());
        if (before >= 0) {
            log.warn(
                    "{}: {}{}{} ({} since the last such line; the next one is in a minute)",
                    what,
                    shown(reason, MAX_REASON),
                    subject.isEmpty() ? "" : "; its subject is '" + shown(subject, MAX_SUBJECT) + "'",
                    advice,
                    before == 0 ? "no other" : before + " other(s)");
        }
    }

    private static String shown(String text, int most) {
        String line = CONTROLS.matcher(text).replaceAll(" ");
        return line.substring(0, Math.min(line.length(), most));
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
