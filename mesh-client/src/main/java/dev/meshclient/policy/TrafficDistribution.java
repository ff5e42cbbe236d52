package dev.meshclient.policy;

/** Which endpoints calls prefer. */
public enum TrafficDistribution {
    /** Endpoints in the caller's own zone, as long as its capacity suffices. */
    PREFER_SAME_ZONE("PreferSameZone"),
    /** All endpoints alike. */
    ANY("Any");

    private final String word;

    TrafficDistribution(String word) {
        this.word = word;
    }

    /** The spelling in a document. */
    public String word() {
        return word;
    }
}
