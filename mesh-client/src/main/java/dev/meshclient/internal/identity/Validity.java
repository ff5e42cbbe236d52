package dev.meshclient.internal.identity;

import dev.meshclient.identity.Svid;
import dev.meshclient.internal.text.Durations;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/** Decider: whether a certificate is valid at a given time, as text. */
final class Validity {
    private Validity() {}

    /** Empty if it is valid. */
    static String fault(Svid svid, Instant now) {
        return fault(svid.notBefore(), svid.notAfter(), now);
    }

    /** Empty if it is valid. */
    static String fault(X509Certificate certificate, Instant now) {
        return fault(
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                now);
    }

    private static String fault(Instant notBefore, Instant notAfter, Instant now) {
        if (now.isAfter(notAfter)) {
            return "has expired at " + notAfter + " (" + Durations.rounded(Duration.between(notAfter, now)) + " ago)";
        }
        if (now.isBefore(notBefore)) {
            return "is valid only from " + notBefore + " (in " + Durations.rounded(Duration.between(now, notBefore))
                    + "; is the clock right?)";
        }
        return "";
    }
}
