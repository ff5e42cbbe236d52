package dev.meshclient.internal.call;

/** Counts the calls of one target. Its methods throw nothing. They do not wait, except that {@link #shadow} may wait for
 * a lock when it counts an action for the first time. */
@FunctionalInterface
public interface CallMeter {
    /** Counts nothing. */
    CallMeter NONE = call -> {};

    /** The call is over, its body included. Allocates nothing. */
    void ended(Call call);

    /** A shadow section of this service would have done this. */
    default void shadow(String service, ShadowAction action) {}
}
