package dev.meshclient.internal.call;

/** A layer that holds something until a call or an attempt is over, its body included. */
@FunctionalInterface
public interface Ending {
    /** It is over: read to the end, closed, failed, cancelled, or out of time, whichever came first. Called once, on any thread. */
    void ended(CallContext call);
}
