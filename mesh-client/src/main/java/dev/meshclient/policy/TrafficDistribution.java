package dev.meshclient.policy;

/** Where calls go first. */
public enum TrafficDistribution {
    /** The caller's own zone, as long as it has the capacity. */
    PREFER_SAME_ZONE("PreferSameZone"),
    /** Anywhere. */
    ANY("Any");

    private final String word;

    TrafficDistribution(String word) {
        this.word = word;
    }

    /** As it is written in a document. */
    public String word() {
        return word;
    }
}
