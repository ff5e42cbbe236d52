package dev.meshclient;

import java.io.IOException;

/** The mesh refused the call: nothing was sent, or nothing more after earlier attempts. Only the mesh creates it. */
public abstract class MeshRefusal extends IOException implements MeshFailure {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final String advice;
    private final transient Decision decision;

    MeshRefusal(String reason, String what, String advice, Decision decision) {
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

    /** Thrown on the hot path; its decision tells more than a stack trace. */
    @Override
    public final synchronized Throwable fillInStackTrace() {
        return this;
    }
}
