package dev.meshclient.internal.call;

/** An action at the end of a call with room for one more: most calls with two actions need no object to hold both. */
public interface EndAction extends Runnable {
    /** Runs the other action before this one; false: it has one already. */
    boolean runsFirst(Runnable other);
}
