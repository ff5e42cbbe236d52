package dev.meshclient.policy;

/** A condition on the path. {@code PathPrefix} compares whole elements: {@code /api} does not match {@code /apix}. */
public record PathMatch(Type type, String value) {
    /** The names are Gateway API's. */
    public enum Type {
        EXACT("Exact"),
        PATH_PREFIX("PathPrefix"),
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
