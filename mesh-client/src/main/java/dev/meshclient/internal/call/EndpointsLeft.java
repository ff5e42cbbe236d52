package dev.meshclient.internal.call;

/** Whether an endpoint is available for a further attempt of a call. */
public enum EndpointsLeft {
    NONE,
    /** At the moment; there may be none later. */
    SOME,
    ALWAYS_SOME
}
