package dev.meshclient;

/** The policy requires a token, and it is missing or there is no TLS to send it over: the call is not sent without it. */
public final class TokenUnavailable extends MeshRefusal {
    private static final long serialVersionUID = 1;

    TokenUnavailable(String what, String advice, Decision decision) {
        super(NO_TOKEN, what, advice, decision);
    }
}
