package dev.meshclient.policy;

import org.jspecify.annotations.Nullable;

/**
 * TLS to the endpoints.
 *
 * @param mode whether there is any
 * @param sni the name that is sent and that the certificate must carry; null: the logical host
 */
public record Tls(Mode mode, @Nullable String sni) {
    /** The words are Istio's. */
    public enum Mode {
        /** As the caller's URL says. */
        DISABLE,
        /** TLS, with the trust of the platform. */
        SIMPLE
    }
}
