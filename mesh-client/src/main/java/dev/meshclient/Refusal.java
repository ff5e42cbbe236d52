package dev.meshclient;

import java.io.IOException;

/** An answer of the mesh's own: the call was not sent. */
abstract class Refusal extends IOException implements MeshFailure {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final String advice;
    private final transient Decision decision;

    Refusal(String reason, String what, String advice, Decision decision) {
        super(what + "; " + advice);
        this.reason = reason;
        this.advice = advice;
        this.decision = decision;
    }

    @Override
    public final String reason() {
        return reason;
    }

    @Override
    public final Decision decision() {
        return decision;
    }

    @Override
    public final String advice() {
        return advice;
    }

    /** It is made on the hot path: where it came from is said by the decision. */
    @Override
    public final synchronized Throwable fillInStackTrace() {
        return this;
    }
}
