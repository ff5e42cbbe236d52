package dev.meshclient;

/**
 * The host belongs to the mesh and there is no policy for it: none has arrived yet, or its service is refused and had no good
 * policy before. The cause lists the problems.
 */
public final class PolicyUnavailable extends MeshRefusal {
    private static final long serialVersionUID = 1;

    PolicyUnavailable(String what, String advice, Decision decision) {
        super(NO_ROUTE, what, advice, decision);
    }
}
