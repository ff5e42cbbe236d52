package dev.meshclient;

/** Policy wants a token sent along, and there is none to send or no TLS to send it over: the call is not sent without. */
public final class TokenUnavailable extends MeshRefusal {
    private static final long serialVersionUID = 1;

    TokenUnavailable(String what, String advice, Decision decision) {
        super(NO_TOKEN, what, advice, decision);
    }
}
