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

    /** The path of a place in a document: keys are strings, indexes are integers. */
    public static String pathOf(Object... steps) {
        return node(steps).path();
    }

    /**
     * A problem that does not show in the document alone.
     *
     * @param text what stands there, a string
     * @param path keys and, as integers, indexes
     */
    public static PolicyProblem of(String text, String expected, Object... path) {
        return node(path).problem(text, expected);
    }

    private static Node node(Object... steps) {
        Node node = Node.root(new Problems(false, new byte[0]));
        for (Object step : steps) {
            node = step instanceof Integer index ? node.item(index) : node.field(step.toString());
        }
        return node;
    }

    @Override
    public String toString() {
        return path + ": " + value + " (legal: " + expected + ")";
    }
}
