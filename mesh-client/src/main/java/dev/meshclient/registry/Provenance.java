package dev.meshclient.registry;

import java.time.Instant;
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

    /** Its bytes, as they came. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Raw(byte[] json, @Nullable String etag) {}

    Provenance(Freshness freshness, Instant confirmed, @Nullable Raw raw) {
        this.freshness = freshness;
        this.confirmed = confirmed;
        this.raw = raw;
    }

    static Provenance live(Instant now, @Nullable Raw raw) {
        return new Provenance(Freshness.LIVE, now, raw);
    }

    public Freshness freshness() {
        return freshness;
    }

    /** When the source last said that it has this document. */
    public Instant confirmed() {
        return confirmed;
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
