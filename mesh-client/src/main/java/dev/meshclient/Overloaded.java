package dev.meshclient;

/**
 * The backend has as many calls in flight as its limit allows ({@link #OVERLOADED}), or has had as many in this period
 * ({@link #RATE_LIMITED}).
 */
public final class Overloaded extends MeshRefusal {
    private static final long serialVersionUID = 1;

    Overloaded(String reason, String what, String advice, Decision decision) {
        super(reason, what, advice, decision);
    }
}
