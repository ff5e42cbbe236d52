package dev.meshclient.internal.call;

/** Whether a further attempt of a call would get an endpoint. */
public enum EndpointsLeft {
    NONE,
    /** As things are; a moment later there may be none. */
    SOME,
    ALWAYS_SOME
}
