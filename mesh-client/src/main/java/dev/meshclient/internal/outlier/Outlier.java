package dev.meshclient.internal.outlier;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.endpoint.EjectionDetector;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.OutlierDetection;
import java.io.IOException;
import okhttp3.Response;

/** Counts the outcomes of attempts, ejects endpoints that fail, and lets a probe return them. */
public final class Outlier implements AttemptLayer {
    private final Time time;
    private final Detector detector;
    private final EjectionSettings settings;
    private final ConsecutiveFailures rows;
    private final AttemptLayer next;

    /** Is notified of ejections and returns, with the reason. */
    public interface Watcher {
        /** The endpoint gets no calls until it answers a probe. */
        void ejected(String service, String endpoint, EjectionDetector detector, String why);

        /** The endpoint gets calls again. */
        void returned(String service, String endpoint, String why);
    }

    private Outlier(Time time, Ejections rules, AttemptLayer next) {
        this.time = time;
        this.detector = rules.detector();
        this.settings = rules.settings();
        this.rows = new ConsecutiveFailures(settings);
        this.next = next;
    }

    /** @param rules the ejection rules of the policy; if they eject no endpoint the layer is left out */
    public static AttemptLayer create(Time time, Ejections rules, AttemptLayer next) {
        return rules.isOn() ? new Outlier(time, rules, next) : next;
    }

    /** Records what ejection rules that are not enforced would eject; if they are enforced, or off, the layer is left out. */
    public static AttemptLayer shadow(Ejections rules, AttemptLayer next) {
        return ShadowOutlier.create(rules, next);
    }

    /** Whether a policy with these settings ejects endpoints at all. */
    public static boolean isOn(OutlierDetection stated) {
        return !isShadow(stated) && EjectionSettings.of(stated).isOn();
    }

    /** Whether these settings are evaluated and not enforced. */
    public static boolean isShadow(OutlierDetection stated) {
        return Boolean.TRUE.equals(stated.shadow());
    }

    @Override
    public Response call(Attempt attempt) throws IOException {
        try {
            return next.call(attempt);
        } finally {
            Endpoint endpoint = attempt.endpoint();
            if (endpoint != null) {
                judge(endpoint.state(), attempt);
            }
        }
    }

    /** Judges by the rules in force, which may belong to a later policy than the attempt. */
    private void judge(EndpointHealth endpoint, Attempt attempt) {
        Ejections rules = detector.inForce();
        long now = attempt.result() == null ? time.now() : attempt.decidedAt();
        AttemptHealth health = AttemptHealth.of(attempt, endpoint, now);
        EjectionCause cause = rows.after(endpoint, health);
        boolean probed = attempt.pick().isProbe() && probed(rules, endpoint, health, now);
        if (!probed && endpoint.isEjected()) {
            if ((health == AttemptHealth.GOOD || health == AttemptHealth.BUSY)
                    && endpoint.ejectedUntil() <= now) { // while health is ignored it gets calls without a probe
                rules.readmit(endpoint, "answers again", now);
            }
        } else if (!probed && cause != null) {
            rules.eject(endpoint, cause);
        }
        if (detector.isDue(now, settings.intervalNanos())) {
            detector.compare(time, rules.endpoints(), rules::compare);
        }
    }

    /** @return whether the attempt needs no further judgement */
    private static boolean probed(Ejections rules, EndpointHealth endpoint, AttemptHealth health, long now) {
        switch (health) {
            case GOOD, BUSY -> rules.readmit(endpoint, "probe answered", now);
            case SERVER_ERROR, GATEWAY_ERROR, LOCAL_FAILURE -> {
                return rules.extendEjection(endpoint, "probe failed");
            }
            case UNPROCESSED, NOTHING -> endpoint.endProbe();
        }
        return true;
    }

    @Override
    public void explain(ExplanationSink to) {
        settings.explain(to::setting);
    }

    @Override
    public String toString() {
        return "outlier(" + settings + ")";
    }
}
