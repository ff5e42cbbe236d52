package dev.meshclient.internal.healthcheck;

import dev.meshclient.internal.endpoint.CheckResult;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;

/** Decider: what the checks of one endpoint say of it. Not checked yet = usable. Not for several threads. */
final class CheckedEndpoint {
    /** The change that follows from a check. */
    enum Verdict {
        NONE,
        /** It gets no calls from now on. */
        UNHEALTHY,
        /** It gets calls again. */
        HEALTHY,
        /** It is ejected, and has passed enough checks since; as {@link #HEALTHY} besides. */
        RETURN
    }

    private Endpoint endpoint;
    private long dueAt;
    private int passed; // in a row
    private int failed; // in a row
    private long ejectedAt; // the ejection that the next number is of
    private int passedSince;
    private boolean running;

    CheckedEndpoint(Endpoint endpoint, long dueAt) {
        this.endpoint = endpoint;
        this.dueAt = dueAt;
    }

    /** As the latest policy states it. */
    Endpoint endpoint() {
        return endpoint;
    }

    void endpoint(Endpoint now) {
        endpoint = now;
    }

    long dueAt() {
        return dueAt;
    }

    void dueAt(long at) {
        dueAt = at;
    }

    /** Whether a check of it is under way. */
    boolean isRunning() {
        return running;
    }

    void isRunning(boolean now) {
        running = now;
    }

    /** @param startedAt when the check began: one that began before an ejection does not end it */
    Verdict after(CheckResult result, CheckSettings settings, long startedAt) {
        return switch (result) {
            case PASSED -> passed(settings, startedAt);
            case FAILED -> failed(settings);
            case NOT_SENT -> Verdict.NONE;
        };
    }

    private Verdict passed(CheckSettings settings, long startedAt) {
        EndpointHealth health = endpoint.state();
        failed = 0;
        passed++;
        if (health.isEjected() && passedSince(health, startedAt) == settings.healthyThreshold()) {
            return Verdict.RETURN;
        }
        return health.failsChecks() && passed >= settings.healthyThreshold() ? Verdict.HEALTHY : Verdict.NONE;
    }

    private int passedSince(EndpointHealth health, long startedAt) {
        if (health.changedAt() != ejectedAt) {
            ejectedAt = health.changedAt();
            passedSince = 0;
        }
        passedSince += startedAt > ejectedAt ? 1 : 0;
        return passedSince;
    }

    private Verdict failed(CheckSettings settings) {
        passed = 0;
        passedSince = 0;
        failed++;
        return failed >= settings.unhealthyThreshold() && !endpoint.state().failsChecks()
                ? Verdict.UNHEALTHY
                : Verdict.NONE;
    }

    /** Failed checks in a row. */
    int failures() {
        return failed;
    }

    /** Passed checks in a row. */
    int passes() {
        return passed;
    }
}
