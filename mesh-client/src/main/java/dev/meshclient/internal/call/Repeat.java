package dev.meshclient.internal.call;

/**
 * How the mesh repeats a failed attempt.
 *
 * @param pauseNanos the pause before the next attempt
 * @param why why the pause is so long, for people
 */
public record Repeat(long pauseNanos, String why) {
    /** The outcome of the attempt before, and the pause. */
    String after(Attempt before) {
        String outcome = before.outcomeName() + (before.status() == 0 ? "" : " " + before.status());
        String pause = pauseNanos == 0 ? "at once" : "after " + (pauseNanos + 500_000) / 1_000_000 + " ms";
        return outcome + ", repeated " + pause + " (" + why + ")";
    }
}
