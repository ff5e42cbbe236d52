package dev.meshclient.internal.call;

/** What the mesh makes of a request, by its host and port. */
public sealed interface Admission {
    /** The host is not the mesh's: the caller's own client may have it. */
    Admission NOT_OURS = new NotOurs();

    /** Asked once for each request, redirects included. */
    @FunctionalInterface
    interface Source {
        Admission admit(String host, int port);
    }

    /** The mesh answers it: through layers, be it only to refuse it. */
    sealed interface Ours extends Admission {
        CallLayer layers();
    }

    record NotOurs() implements Admission {}

    /** The policy in force lists the host. */
    record Routed(CallLayer layers) implements Ours {}

    /** A policy that says more of the host may still come. */
    record Wait(CallLayer layers) implements Ours {}

    /** It is not sent. */
    record Refuse(CallLayer layers) implements Ours {}
}
