package dev.meshclient.internal.files;

/** Decider: when what stirs has come to rest. It is asked once a tick. */
public final class Debounce {
    /** What never rests is looked at all the same. */
    private static final int MOST_RESTLESS_TICKS = 10;

    private int restlessTicks;

    /** @param stirred whether anything happened since the last tick */
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
