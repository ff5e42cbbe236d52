package dev.meshclient;

/** No rule matches the request, or its host belongs to the mesh and no policy lists it. */
public final class NoRoute extends MeshRefusal {
    private static final long serialVersionUID = 1;

    NoRoute(String what, String advice, Decision decision) {
        super(NO_ROUTE, what, advice, decision);
    }
}
