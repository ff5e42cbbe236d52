package dev.meshclient.internal.call;

/** Whoever chose the endpoint of an attempt: knows whether there is one for the next. */
@FunctionalInterface
public interface Choice {
    /** Whether an attempt after this one would get an endpoint. */
    enum Left {
        NOBODY,
        /** As things are; a moment later there may be nobody. */
        SOMEBODY,
        ALWAYS_SOMEBODY
    }

    /** For an attempt after this one. */
    Left after(CallContext attempt);
}
