package dev.meshclient.policy;

/** A condition on a header or a query parameter; a regular expression must match the whole value. */
public record ValueMatch(String name, Type type, String value) {
    /** The names are Gateway API's. */
    public enum Type {
        EXACT("Exact"),
        REGULAR_EXPRESSION("RegularExpression");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        /** The spelling in a document. */
        public String word() {
            return word;
        }
    }
}
