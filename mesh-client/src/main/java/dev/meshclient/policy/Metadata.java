package dev.meshclient.policy;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Identifies a document.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param mesh the name of the mesh
 * @param epoch versions are compared within one epoch only; null counts as an epoch of its own
 * @param version must not decrease within an epoch; null if the document states none
 * @param generated when the document was made
 * @param ttl how long a stored copy may be trusted after a restart
 * @param scope the hosts that the document covers; null: the whole mesh
 */
public record Metadata(
        String mesh,
        @Nullable String epoch,
        @Nullable Long version,
        @Nullable Instant generated,
        @Nullable Duration ttl,
        @Nullable DocumentScope scope) {
    public Metadata {
        Required.value(mesh, "mesh", "the name of the mesh");
    }

    /**
     * The name of the document in messages: {@code epoch/version}, the epoch alone, {@code version 7} without an epoch, or
     * {@code no version}.
     */
    public String revision() {
        if (epoch == null) {
            return version == null ? "no version" : "version " + version;
        }
        return version == null ? epoch : epoch + "/" + version;
    }

    /** Starts an empty builder. */
    public static Builder builder() {
        return new Metadata("", null, null, null, null, null).toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link Metadata}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private String mesh = Metadata.this.mesh;
        private @Nullable String epoch = Metadata.this.epoch;
        private @Nullable Long version = Metadata.this.version;
        private @Nullable Instant generated = Metadata.this.generated;
        private @Nullable Duration ttl = Metadata.this.ttl;
        private @Nullable DocumentScope scope = Metadata.this.scope;

        private Builder() {}

        public Builder mesh(String mesh) {
            this.mesh = Required.value(mesh, "mesh", "the name of the mesh");
            return this;
        }

        public Builder epoch(@Nullable String epoch) {
            this.epoch = epoch;
            return this;
        }

        public Builder version(@Nullable Long version) {
            this.version = version;
            return this;
        }

        public Builder generated(@Nullable Instant generated) {
            this.generated = generated;
            return this;
        }

        public Builder ttl(@Nullable Duration ttl) {
            this.ttl = ttl;
            return this;
        }

        public Builder scope(@Nullable DocumentScope scope) {
            this.scope = scope;
            return this;
        }

        public Metadata build() {
            return new Metadata(mesh, epoch, version, generated, ttl, scope);
        }
    }
}
