package dev.meshclient;

import java.io.IOException;

/**
 * The host belongs to the mesh and there is no policy for it: none has come yet, or that of its service is refused and there
 * was no good one before. The cause says what is wrong.
 */
public final class PolicyUnavailable extends IOException implements MeshFailure {
    private static final long serialVersionUID = 1;

    private final String advice;
    private final transient Decision decision;

    public PolicyUnavailable(String what, String advice, Decision decision) {
        super(what + "; " + advice);
        this.advice = advice;
        this.decision = decision;
    }

    @Override
    public String reason() {
        return "NR";
    }

    @Override
    public Decision decision() {
        return decision;
    }

    @Override
    public String advice() {
        return advice;
    }

    /** An answer of ours is made on the hot path: where it came from is said by the decision. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
