package dev.meshclient;

import java.io.InterruptedIOException;

/** The time for the whole call is up. */
public final class DeadlineExceeded extends InterruptedIOException implements MeshFailure {
    private static final long serialVersionUID = 1;

    private final String advice;
    private final transient Decision decision;

    public DeadlineExceeded(String what, String advice, Decision decision) {
        super(what + "; " + advice);
        this.advice = advice;
        this.decision = decision;
    }

    @Override
    public String reason() {
        return "UT";
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
