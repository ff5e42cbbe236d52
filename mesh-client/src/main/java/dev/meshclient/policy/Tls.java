package dev.meshclient.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS to the endpoints. A document names no files: secrets are resolved by the process.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param mode whether TLS is used, and which side presents which certificate
 * @param sni the server name that is sent, and with {@link Mode#SIMPLE} and {@link Mode#MUTUAL} the name that the certificate
 *     must carry; kept in the form that URLs have; null: the logical host
 * @param subjectAltNames a certificate must carry one of these instead: SPIFFE IDs with {@link Mode#MESH_MUTUAL}, otherwise
 *     also DNS names and IP addresses; compared as a whole; empty: not stated, which never accepts any name
 * @param caCertificates PEM; with {@link Mode#SIMPLE} and {@link Mode#MUTUAL}: certificates are verified against these alone;
 *     null: not stated
 * @param credentialName the name in {@code Mesh.Builder.certificate}; null: with {@link Mode#MUTUAL} the identity of the
 *     workload, with {@link Mode#SIMPLE} the trust of the caller's client
 */
public record Tls(
        Mode mode,
        @Nullable String sni,
        List<String> subjectAltNames,
        @Nullable String caCertificates,
        @Nullable String credentialName) {
    public Tls {
        Required.value(mode, "mode", "one of Tls.Mode");
        sni = sni == null ? null : Hosts.canonical(sni);
        subjectAltNames = Required.list(subjectAltNames, "subjectAltNames");
    }

    /** States nothing but the mode. */
    public static Tls of(Mode mode) {
        return new Tls(mode, null, List.of(), null, null);
    }

    /** The names are Istio's, except for its brand. */
    public enum Mode {
        /** The caller's URL decides. */
        DISABLE,
        /** TLS; the server presents a certificate. */
        SIMPLE,
        /** TLS; each side presents a certificate of its own. */
        MUTUAL,
        /** TLS; each side presents the SPIFFE identity that the mesh gave it. */
        MESH_MUTUAL
    }

    /** Starts an empty builder. */
    public static Builder builder() {
        return of(Mode.DISABLE).toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link Tls}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private Mode mode = Tls.this.mode;
        private @Nullable String sni = Tls.this.sni;
        private List<String> subjectAltNames = Tls.this.subjectAltNames;
        private @Nullable String caCertificates = Tls.this.caCertificates;
        private @Nullable String credentialName = Tls.this.credentialName;

        private Builder() {}

        public Builder mode(Mode mode) {
            this.mode = Required.value(mode, "mode", "one of Tls.Mode");
            return this;
        }

        public Builder sni(@Nullable String sni) {
            this.sni = sni;
            return this;
        }

        public Builder subjectAltNames(List<String> subjectAltNames) {
            this.subjectAltNames = Required.list(subjectAltNames, "subjectAltNames");
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
