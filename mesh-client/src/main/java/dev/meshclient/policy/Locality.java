package dev.meshclient.policy;

/** A place, {@code region/zone/subzone}; a part that is not stated is empty. */
public record Locality(String region, String zone, String subzone) {
    /** Nowhere in particular. */
    public static final Locality NONE = new Locality("", "", "");
}
