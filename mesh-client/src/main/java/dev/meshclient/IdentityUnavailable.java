package dev.meshclient;

/**
 * The policy requires TLS with a certificate of this workload, and none is usable: none has been delivered yet, it has expired,
 * or the mesh was given none. Nothing was sent, in particular not in plaintext.
 */
public final class IdentityUnavailable extends MeshRefusal {
    private static final long serialVersionUID = 1;

    IdentityUnavailable(String what, String advice, Decision decision) {
        super(NO_CONNECTION, what, advice, decision);
    }
}
