package dev.meshclient;

/**
 * The host belongs to the mesh and there is no policy for it: none has come yet, or that of its service is refused and there
 * was no good one before. The cause says what is wrong.
 */
public final class PolicyUnavailable extends MeshRefusal {
    private static final long serialVersionUID = 1;

    PolicyUnavailable(String what, String advice, Decision decision) {
        super(NO_ROUTE, what, advice, decision);
    }
}
