package dev.meshclient;

/** The backend has as many calls in flight as its limit allows. */
public final class Overloaded extends Refusal {
    private static final long serialVersionUID = 1;

    public Overloaded(String what, String advice, Decision decision) {
        super("UO", what, advice, decision);
    }
}
