package dev.meshclient.policy.json;

import dev.meshclient.policy.Limits;
import java.io.IOException;

/** Reads {@code limits}. */
final class LimitsReader {
    private static final ObjectReader<Limits.Builder> LIMITS = ObjectReader.<Limits.Builder>ignoringOthers()
            .field("maxRequests", (in, l) -> l.maxRequests(in.longInteger()))
            .field("maxPendingRequests", (in, l) -> l.maxPendingRequests(in.longInteger()))
            .field("maxRequestsPerEndpoint", (in, l) -> l.maxRequestsPerEndpoint(in.longInteger()))
            .field("maxConnectionsPerEndpoint", (in, l) -> l.maxConnectionsPerEndpoint(in.longInteger()))
            .field("maxRetries", (in, l) -> l.maxRetries(in.longInteger()))
            .field("adaptive", (in, l) -> l.adaptive(in.flag()))
            .field("shadow", (in, l) -> l.shadow(in.flag()));

    private LimitsReader() {}

    static void read(JsonCursor in, Limits.Builder into) throws IOException {
        LIMITS.read(in, into);
    }
}
