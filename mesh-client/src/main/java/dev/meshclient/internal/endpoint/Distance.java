package dev.meshclient.internal.endpoint;

import dev.meshclient.policy.Locality;

/** How far apart caller and endpoint are. */
public enum Distance {
    SAME_ZONE,
    CROSS_ZONE,
    CROSS_REGION,
    /** A zone is not stated, and the regions do not decide it. */
    UNKNOWN;

    /** A region that is not stated may be any region. */
    public static Distance between(Locality a, Locality b) {
        if (!a.region().isEmpty() && !b.region().isEmpty() && !a.region().equals(b.region())) {
            return CROSS_REGION;
        }
        if (a.zone().isEmpty() || b.zone().isEmpty()) {
            return UNKNOWN;
        }
        return a.zone().equals(b.zone()) ? SAME_ZONE : CROSS_ZONE;
    }
}
