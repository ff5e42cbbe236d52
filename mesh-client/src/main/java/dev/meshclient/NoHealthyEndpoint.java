package dev.meshclient;

/** No endpoint of the backend admits calls. */
public final class NoHealthyEndpoint extends MeshRefusal {
    private static final long serialVersionUID = 1;

    NoHealthyEndpoint(String what, String advice, Decision decision) {
        super(NO_HEALTHY_ENDPOINT, what, advice, decision);
    }
}
