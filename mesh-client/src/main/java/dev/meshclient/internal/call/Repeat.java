package dev.meshclient.internal.call;

/**
 * Why the mesh makes another attempt.
 *
 * @param pauseNanos the pause before the next attempt; of a hedge: how long the call had no answer
 * @param why why the pause is so long, for people
 * @param isHedge whether the attempts before may still run
 */
public record Repeat(long pauseNanos, String why, boolean isHedge) {
    /** Repeats a failed attempt. */
    public Repeat(long pauseNanos, String why) {
        this(pauseNanos, why, false);
    }

    /** The outcome of the attempt before, and the pause. */
    String after(Attempt before) {
        long millis = (pauseNanos + 500_000) / 1_000_000;
        if (isHedge) {
            return "hedge, as there was no answer after " + millis + " ms (" + why + ")";
        }
        String outcome = before.outcomeName() + (before.status() == 0 ? "" : " " + before.status());
        String pause = pauseNanos == 0 ? "at once" : "after " + millis + " ms";
        return outcome + ", repeated " + pause + " (" + why + ")";
    }
}
