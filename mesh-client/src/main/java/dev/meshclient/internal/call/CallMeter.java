package dev.meshclient.internal.call;

/** Counts the calls of one target. Its methods throw nothing and do not wait. */
@FunctionalInterface
public interface CallMeter {
    /** Counts nothing. */
    CallMeter NONE = call -> {};

    /** The call is over, its body included. Allocates nothing. */
    void ended(Call call);

    /** A shadow section of this service would have done this. */
    default void shadow(String service, ShadowAction action) {}
}
