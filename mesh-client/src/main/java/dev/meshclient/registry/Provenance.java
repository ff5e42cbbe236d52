package dev.meshclient.registry;

import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.PolicyDocument;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a document came to be delivered. */
public final class Provenance {
    /** How much a document can be trusted to be what its source has now. */
    public enum Freshness {
        /** It came from the source just now. */
        LIVE,
        /** It was in force before a restart, and the source has not been heard since. */
        SNAPSHOT,
        /** As {@link #SNAPSHOT}, and the document's own {@code metadata.ttl} is over. */
        STALE
    }

    private final Freshness freshness;
    private final Instant confirmed;
    private final @Nullable Raw raw;
    private final List<Metadata> order;
    private final List<PolicyDocument> earlier;
    private final @Nullable IOException failing;

    /** Its bytes, as they came. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Raw(byte[] json, @Nullable String etag) {}

    Provenance(
            Freshness freshness,
            Instant confirmed,
            @Nullable Raw raw,
            List<Metadata> order,
            List<PolicyDocument> earlier,
            @Nullable IOException failing) {
        this.freshness = freshness;
        this.confirmed = confirmed;
        this.raw = raw;
        this.order = List.copyOf(order);
        this.earlier = List.copyOf(earlier);
        this.failing = failing;
    }

    static Provenance live(Instant now, @Nullable Raw raw) {
        return new Provenance(Freshness.LIVE, now, raw, List.of(), List.of(), null);
    }

    public Freshness freshness() {
        return freshness;
    }

    /** When the source last said that it has this document. */
    public Instant confirmed() {
        return confirmed;
    }

    /** What came before a restart, in this order: no document may follow that could not have followed these. */
    public List<Metadata> order() {
        return order;
    }

    /**
     * Documents of which services were in force beside this one's, oldest first, without their other services, and one without
     * any for those that were missing: this document follows them at once.
     */
    public List<PolicyDocument> earlier() {
        return earlier;
    }

    /** Of several sources, why one has nothing newer although another one had; null: none fails. */
    public @Nullable IOException failing() {
        return failing;
    }

    /** Null: there are none, the document was made in code. */
    @Nullable
    Raw raw() {
        return raw;
    }

    /** {@code snapshot of 2026-11-22T18:00:00Z}. */
    @Override
    public String toString() {
        return freshness.name().toLowerCase(Locale.ROOT) + " of " + confirmed;
    }
}
