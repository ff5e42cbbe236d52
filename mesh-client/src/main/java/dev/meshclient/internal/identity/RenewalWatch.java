package dev.meshclient.internal.identity;

import dev.meshclient.identity.Svid;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Reports that the certificate in use was not renewed in time, and schedules the next look. The lock of its owner guards it. */
final class RenewalWatch {
    /** The wall clock may be set, so it is read again at least this often. */
    private static final Duration LONGEST_SLEEP = Duration.ofMinutes(10);

    private final Time time;
    private final Logger log;
    private final String title;
    private final WorkloadIdentity source;
    private final Runnable look;
    private final ObjIntConsumer<Svid> overdue;
    private @Nullable Svid watched;
    private CertificateLife life = CertificateLife.FRESH;
    private Time.@Nullable Timer timer;

    /**
     * @param title the name of the identity in the log
     * @param look runs when it is time for the next look, on a thread of its own
     * @param overdue gets the certificate and the part of its life that has passed, in percent: each part once
     */
    RenewalWatch(
            Time time, Logger log, String title, WorkloadIdentity source, Runnable look, ObjIntConsumer<Svid> overdue) {
        this.log = log;
        this.title = title;
        this.time = time;
        this.source = source;
        this.look = look;
        this.overdue = overdue;
    }

    /**
     * @param used the certificate in use; null: none
     * @param waiting one that is not valid yet; null: none
     */
    void look(@Nullable Svid used, @Nullable Svid waiting, Instant now) {
        stop();
        if (used == null) {
            return;
        }
        if (!used.equals(watched)) {
            watched = used;
            life = CertificateLife.FRESH;
        }
        CertificateLife reached = CertificateLife.of(used, now);
        if (reached.compareTo(life) > 0) {
            life = reached;
            life.log(log, title, used, source);
            overdue.accept(used, reached.percent());
        }
        Duration sleep = shorter(LONGEST_SLEEP, Duration.between(now, life.endOf(used)));
        if (waiting != null) {
            sleep = shorter(sleep, Duration.between(now, waiting.notBefore()));
        }
        timer = time.startAt(time.now() + sleep.toNanos(), "identity-life", look);
    }

    private static Duration shorter(Duration longest, Duration other) {
        return other.isNegative() || other.compareTo(longest) > 0 ? longest : other.plusMillis(1);
    }

    void stop() {
        if (timer != null) {
            timer.cancel();
        }
    }
}
