package dev.meshclient.policy;

import org.jspecify.annotations.Nullable;

/** A locality, {@code region/zone/subzone}; a part that is not stated is empty. */
public record Locality(String region, String zone, String subzone) {
    public Locality {
        Required.value(region, "region", "\"\" for none");
        Required.value(zone, "zone", "\"\" for none");
        Required.value(subzone, "subzone", "\"\" for none");
    }

    /** No part is stated. */
    public static final Locality NONE = new Locality("", "", "");

    // Written out, since the JVM would make them of method handles during the first call of a process.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Locality that
                && region.equals(that.region)
                && zone.equals(that.zone)
                && subzone.equals(that.subzone);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * region.hashCode() + zone.hashCode()) + subzone.hashCode();
    }
}
