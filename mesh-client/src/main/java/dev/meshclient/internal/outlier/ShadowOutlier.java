package dev.meshclient.internal.outlier;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.endpoint.Endpoint;
import java.io.IOException;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Counts the outcomes of attempts, and records which endpoints would be ejected. */
final class ShadowOutlier implements AttemptLayer {
    private final Detector detector;
    private final EjectionSettings settings;
    private final @Nullable Integer minHealthPercent;
    private final AttemptLayer next;

    private ShadowOutlier(Detector detector, ShadowEjections rules, AttemptLayer next) {
        this.detector = detector;
        this.settings = rules.settings();
        this.minHealthPercent = rules.minHealthPercent();
        this.next = next;
    }

    /** @param rules the ejection rules of the policy; if they are enforced, or off, the layer is left out */
    static AttemptLayer create(Ejections rules, AttemptLayer next) {
        ShadowEjections shadow = rules.shadow();
        return shadow == null ? next : new ShadowOutlier(rules.detector(), shadow, next);
    }

    @Override
    public Response call(Attempt attempt) throws IOException {
        try {
            return next.call(attempt);
        } finally {
            Endpoint endpoint = attempt.endpoint();
            ShadowEjections inForce = detector.inForce().shadow(); // perhaps of a later policy than the attempt
            if (endpoint != null && inForce != null) {
                inForce.judge(attempt, endpoint.state(), detector);
            }
        }
    }

    @Override
    public void explain(ExplanationSink to) {
        settings.explain(to::shadowSetting);
        if (minHealthPercent != null) {
            to.shadowSetting("outlierDetection.minHealthPercent", minHealthPercent == 0 ? null : minHealthPercent);
        }
    }

    @Override
    public String toString() {
        return "outlier(shadow: " + settings + ")";
    }
}
