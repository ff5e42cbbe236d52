package dev.meshclient;

/** The backend has as many calls in flight as its limit allows. */
public final class Overloaded extends MeshRefusal {
    private static final long serialVersionUID = 1;

    Overloaded(String what, String advice, Decision decision) {
        super(OVERLOADED, what, advice, decision);
    }
}
