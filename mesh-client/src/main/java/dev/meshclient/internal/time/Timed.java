package dev.meshclient.internal.time;

/** Has the clock of the mesh: a part of the sink that sources of this library get. Sources of users need no clock. */
public interface Timed {
    /** The clock and the threads to use. */
    Time time();
}
