package dev.meshclient.internal.identity;

import dev.meshclient.identity.Svid;
import dev.meshclient.identity.WorkloadIdentity;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;

/**
 * Decider: how much of a certificate's life has passed. Most issuers renew after a half, and after two thirds at the latest.
 */
enum CertificateLife {
    FRESH(0, 50),
    HALF(50, 80),
    LATE(80, 100),
    OVER(100, 100);

    private final int percent;
    private final int endPercent;

    CertificateLife(int percent, int endPercent) {
        this.percent = percent;
        this.endPercent = endPercent;
    }

    /** The percentage of the life at which this stage begins. */
    int percent() {
        return percent;
    }

    static CertificateLife of(Svid svid, Instant now) {
        if (now.isAfter(svid.notAfter())) {
            return OVER;
        }
        return now.isBefore(at(svid, HALF.percent)) ? FRESH : now.isBefore(at(svid, LATE.percent)) ? HALF : LATE;
    }

    /** When the next stage begins; {@link Instant#MAX} if there is none. */
    Instant endOf(Svid svid) {
        return this == OVER ? Instant.MAX : at(svid, endPercent);
    }

    private static Instant at(Svid svid, int percent) {
        Duration whole = Duration.between(svid.notBefore(), svid.notAfter());
        return svid.notBefore().plus(whole.multipliedBy(percent).dividedBy(100));
    }

    void log(Logger log, String title, Svid svid, WorkloadIdentity source) {
        switch (this) {
            case FRESH -> {}
            case HALF ->
                log.warn(
                        "{}: half of the life of {} is over and {} has no newer certificate; it expires at {}",
                        title,
                        svid.name(),
                        source,
                        svid.notAfter());
            case LATE ->
                log.error(
                        "{}: {} expires at {} and {} has no newer certificate: is its issuer alive?",
                        title,
                        svid.name(),
                        svid.notAfter(),
                        source);
            case OVER ->
                log.error(
                        "{}: {} has expired at {} and {} has no newer certificate: no new connections are made with it",
                        title,
                        svid.name(),
                        svid.notAfter(),
                        source);
        }
    }
}
