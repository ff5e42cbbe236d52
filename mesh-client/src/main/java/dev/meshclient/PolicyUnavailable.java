package dev.meshclient;

/** The host belongs to the mesh and no policy has come yet. */
public final class PolicyUnavailable extends Refusal {
    private static final long serialVersionUID = 1;

    public PolicyUnavailable(String what, String advice, Decision decision) {
        super("NR", what, advice, decision);
    }
}
