package dev.meshclient.policy;

/**
 * One thing that is wrong with a document.
 *
 * @param path where, as in {@code services.orders.rules[1].retry.attempts}
 * @param value what stands there, shortened
 * @param expected what would be legal
 */
public record PolicyProblem(String path, String value, String expected) {
    @Override
    public String toString() {
        return path + ": " + value + " (legal: " + expected + ")";
    }
}
