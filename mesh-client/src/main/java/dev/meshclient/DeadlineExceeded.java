package dev.meshclient;

import java.io.InterruptedIOException;

/** The time limit of the whole call has expired. */
public final class DeadlineExceeded extends InterruptedIOException implements MeshFailure {
    private static final long serialVersionUID = 1;

    private final String advice;
    private final transient Decision decision;

    DeadlineExceeded(String what, String advice, Decision decision) {
        super(what + "; " + advice);
        this.advice = advice;
        this.decision = decision;
    }

    @Override
    public String reason() {
        return DEADLINE;
    }

    @Override
    public Decision decision() {
        return decision;
    }

    @Override
    public String advice() {
        return advice;
    }

    /** Thrown on the hot path; its decision tells more than a stack trace. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
