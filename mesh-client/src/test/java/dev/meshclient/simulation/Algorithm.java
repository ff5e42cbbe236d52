package dev.meshclient.simulation;

/** The algorithms of the matrix, in the order of the report: a new one is a line here. */
enum Algorithm {
    LEAST_REQUEST("'simple': 'LEAST_REQUEST'"),
    PEAK_EWMA("'simple': 'PEAK_EWMA'"),
    ROUND_ROBIN("'simple': 'ROUND_ROBIN'"),
    RANDOM("'simple': 'RANDOM'"),
    WEIGHTED_LOAD("'simple': 'WEIGHTED_LOAD'"),
    RING_HASH("'consistentHash': {'httpHeaderName': 'x-user', 'ringHash': {}}"),
    MAGLEV("'consistentHash': {'httpHeaderName': 'x-user', 'maglev': {}}");

    private final String fields;

    /** @param fields of {@code loadBalancer} */
    Algorithm(String fields) {
        this.fields = fields;
    }

    /** The field of the policy. */
    String setting() {
        return setting("");
    }

    /** @param more fields of {@code loadBalancer}, each after a comma */
    String setting(String more) {
        return "'loadBalancer': {" + fields + more + "}";
    }
}
