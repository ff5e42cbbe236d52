package dev.meshclient.policy;

/** A condition on the path. {@code PathPrefix} goes element by element: {@code /api} does not match {@code /apix}. */
public record PathMatch(Type type, String value) {
    /** The words are Gateway API's. */
    public enum Type {
        EXACT("Exact"),
        PATH_PREFIX("PathPrefix"),
        REGULAR_EXPRESSION("RegularExpression");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        /** As it is written in a document. */
        public String word() {
            return word;
        }
    }
}
