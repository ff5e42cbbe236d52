package dev.meshclient.internal.call;

import dev.meshclient.Decision;

/** Attaches a decision to a failure that keeps OkHttp's type: as a suppressed exception, so that it is printed too. */
public final class DecisionNote extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Decision decision;

    public DecisionNote(Decision decision) {
        super(decision.toString(), null, false, false);
        this.decision = CallDecision.kept(decision);
    }

    public Decision decision() {
        return decision;
    }
}
