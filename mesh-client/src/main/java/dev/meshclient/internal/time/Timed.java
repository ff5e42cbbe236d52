package dev.meshclient.internal.time;

/** What a source of ours is given and what has the clock of the mesh; sources of users need none. */
public interface Timed {
    /** The clock and the threads to use. */
    Time time();
}
