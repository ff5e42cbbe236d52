package dev.meshclient;

/** No rule takes the request, or its host belongs to the mesh and no policy lists it. */
public final class NoRoute extends Refusal {
    private static final long serialVersionUID = 1;

    public NoRoute(String what, String advice, Decision decision) {
        super("NR", what, advice, decision);
    }
}
