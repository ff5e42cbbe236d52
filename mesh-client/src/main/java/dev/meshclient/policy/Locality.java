package dev.meshclient.policy;

/** A locality, {@code region/zone/subzone}; a part that is not stated is empty. */
public record Locality(String region, String zone, String subzone) {
    /** No part is stated. */
    public static final Locality NONE = new Locality("", "", "");
}
