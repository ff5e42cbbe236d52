package dev.meshclient.internal.call;

/** Counts the calls of one target. */
@FunctionalInterface
public interface CallMeter {
    /** Counts nothing. */
    CallMeter NONE = call -> {};

    /** The call is over, its body included. Throws nothing, allocates nothing and does not wait. */
    void ended(Call call);
}
