package dev.meshclient.internal.files;

/** Decider: whether a series of events has ended. The caller asks once a tick. */
public final class Debounce {
    /** A series that never ends is reported after this many ticks. */
    private static final int MOST_RESTLESS_TICKS = 10;

    private int restlessTicks;

    /** @param stirred whether there was an event since the last tick */
    public boolean isDue(boolean stirred) {
        if (stirred) {
            restlessTicks++;
            if (restlessTicks < MOST_RESTLESS_TICKS) {
                return false;
            }
        }
        boolean due = restlessTicks > 0;
        restlessTicks = 0;
        return due;
    }
}
