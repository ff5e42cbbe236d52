package dev.meshclient.internal.call;

/** The admission of a request to the mesh, by its host and port. */
public sealed interface Admission {
    /** The host does not belong to the mesh: the caller's own client sends the request. */
    Admission NOT_OURS = new NotOurs();

    /** Called once for each request, redirects included. */
    @FunctionalInterface
    interface Source {
        Admission admit(String host, int port);
    }

    /** The mesh handles the request with layers, which may refuse it. */
    sealed interface Ours extends Admission {
        CallLayer layers();
    }

    record NotOurs() implements Admission {}

    /** The policy in force lists the host. */
    record Routed(CallLayer layers) implements Ours {}

    /** Waits, because a policy that lists the host may still arrive. */
    record Wait(CallLayer layers) implements Ours {}

    /** Refuses the request. */
    record Refuse(CallLayer layers) implements Ours {}
}
