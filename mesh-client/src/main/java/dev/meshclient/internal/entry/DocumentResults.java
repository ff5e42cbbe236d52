package dev.meshclient.internal.entry;

import dev.meshclient.internal.control.Applied;
import dev.meshclient.internal.metrics.Meters;
import dev.meshclient.internal.pipeline.AppliedPolicy;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.policy.PolicyException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Counts documents by their result, reports them to listeners, and keeps the problem since the last one applied. */
final class DocumentResults {
    private final Telemetry telemetry;
    private volatile @Nullable IOException lastProblem;

    DocumentResults(Telemetry telemetry) {
        this.telemetry = telemetry;
    }

    /** Why there is no newer policy; null: no problem is known. */
    @Nullable
    IOException lastProblem() {
        return lastProblem;
    }

    /** No problem is left. */
    void clear() {
        lastProblem = null;
    }

    void applied(AppliedPolicy now, Applied what) {
        telemetry.meters().document(result(now, what));
        if (what != Applied.NOTHING_NEW) {
            telemetry.events().policyApplied(now.revision());
        }
    }

    private static Meters.DocumentResult result(AppliedPolicy now, Applied what) {
        return what == Applied.NOTHING_NEW
                ? Meters.DocumentResult.UNCHANGED
                : now.refused().isEmpty() ? Meters.DocumentResult.APPLIED : Meters.DocumentResult.PARTLY_REFUSED;
    }

    /** A document was refused, or none arrived. A source may report the same problem again and again: it counts once. */
    void failed(IOException e, String revision) {
        IOException before = lastProblem;
        lastProblem = e;
        boolean known = before != null && String.valueOf(before.getMessage()).equals(e.getMessage());
        for (Throwable cause = known ? null : e; cause != null; cause = cause.getCause()) {
            if (cause instanceof PolicyException refused) {
                telemetry.meters().document(Meters.DocumentResult.REFUSED);
                telemetry.events().policyRefused(revision, refused.problems());
                return;
            }
        }
    }
}
