package dev.meshclient.policy;

/**
 * One thing that is wrong with a document.
 *
 * @param path where, as in {@code services.orders.rules[1].retry.attempts}
 * @param value what stands there, shortened
 * @param expected what would be legal
 * @param line where in the text, from 1 on; 0 = nowhere in particular
 */
public record PolicyProblem(String path, String value, String expected, int line) {
    /** Of no line in particular. */
    public PolicyProblem(String path, String value, String expected) {
        this(path, value, expected, 0);
    }

    @Override
    public String toString() {
        return path + ": " + value + " (legal: " + expected + ")";
    }
}
