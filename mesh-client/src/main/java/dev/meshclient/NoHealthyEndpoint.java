package dev.meshclient;

/** No endpoint of the backend admits calls. */
public final class NoHealthyEndpoint extends Refusal {
    private static final long serialVersionUID = 1;

    public NoHealthyEndpoint(String what, String advice, Decision decision) {
        super("UH", what, advice, decision);
    }
}
