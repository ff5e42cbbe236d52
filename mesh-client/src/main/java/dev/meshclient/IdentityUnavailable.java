package dev.meshclient;

/**
 * Policy sends the call over TLS with a certificate of ours, and there is none that may be used: none was delivered yet, it
 * has expired, or the mesh was given none. Nothing was sent, in the clear least of all.
 */
public final class IdentityUnavailable extends MeshRefusal {
    private static final long serialVersionUID = 1;

    IdentityUnavailable(String what, String advice, Decision decision) {
        super(NO_CONNECTION, what, advice, decision);
    }
}
