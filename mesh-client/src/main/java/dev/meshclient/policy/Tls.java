package dev.meshclient.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS to the endpoints. A document names no files: what is secret is resolved where the mesh runs.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is no API: it changes when a component is added.
 *
 * @param mode whether there is any, and who proves what to whom
 * @param sni the name that is sent, and with {@link Mode#SIMPLE} and {@link Mode#MUTUAL} the name that the certificate must
 *     carry; null: the logical host
 * @param subjectAltNames a certificate must carry one of these instead: SPIFFE IDs with {@link Mode#MESH_MUTUAL}, else also DNS
 *     names and IP addresses; compared as a whole; empty: not stated, which never means any
 * @param caCertificates PEM; with {@link Mode#SIMPLE} and {@link Mode#MUTUAL}: certificates are verified against these alone;
 *     null: not stated
 * @param credentialName of {@code Mesh.Builder.credential}; null: with {@link Mode#MUTUAL} the identity of the workload, with
 *     {@link Mode#SIMPLE} the trust of the caller's client
 */
public record Tls(
        Mode mode,
        @Nullable String sni,
        List<String> subjectAltNames,
        @Nullable String caCertificates,
        @Nullable String credentialName) {
    public Tls {
        subjectAltNames = List.copyOf(subjectAltNames);
    }

    /** Nothing but the mode is stated. */
    public static Tls of(Mode mode) {
        return new Tls(mode, null, List.of(), null, null);
    }

    /** The words are Istio's, but for its brand. */
    public enum Mode {
        /** As the caller's URL says. */
        DISABLE,
        /** TLS; the server proves who it is. */
        SIMPLE,
        /** TLS; each side proves who it is, by certificates of its own. */
        MUTUAL,
        /** TLS; each side proves who it is, by the SPIFFE identity that the mesh gave it. */
        MESH_MUTUAL
    }

    /** Begins with nothing stated. */
    public static Builder builder() {
        return new Builder();
    }

    /** Begins with what is stated here. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.mode = mode;
        builder.sni = sni;
        builder.subjectAltNames = subjectAltNames;
        builder.caCertificates = caCertificates;
        builder.credentialName = credentialName;
        return builder;
    }

    /** Makes a {@link Tls}. The words are those of the document; what they mean stands at the components. */
    public static final class Builder {
        private Mode mode = Mode.DISABLE;
        private @Nullable String sni;
        private List<String> subjectAltNames = List.of();
        private @Nullable String caCertificates;
        private @Nullable String credentialName;

        private Builder() {}

        public Builder mode(Mode mode) {
            this.mode = mode;
            return this;
        }

        public Builder sni(@Nullable String sni) {
            this.sni = sni;
            return this;
        }

        public Builder subjectAltNames(List<String> subjectAltNames) {
            this.subjectAltNames = subjectAltNames;
            return this;
        }

        public Builder caCertificates(@Nullable String caCertificates) {
            this.caCertificates = caCertificates;
            return this;
        }

        public Builder credentialName(@Nullable String credentialName) {
            this.credentialName = credentialName;
            return this;
        }

        public Tls build() {
            return new Tls(mode, sni, subjectAltNames, caCertificates, credentialName);
        }
    }
}
